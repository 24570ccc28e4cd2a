"""Settings of a mailbox: the mailbox that sends for it, its store, strangers' mail; and From in the compose dialog."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account, Membership
from crm.stores import create_store
from mailboxes.models import Mailbox
from outbox.requests import LetterRequest
from outbox.services import queue_letter
from tests.conftest import MakeMailbox
from tests.threads.builders import Post
from tests.threads.ledgers import add_place
from threads.models import FolderEntry

SignIn = Callable[[Membership], Client]
VALUES = {"store_internal": "on", "group_messages": "on", "filters": ""}
INBOX = {"interval_minutes": "15", "push": "on"}


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


@pytest.fixture
def orders(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("orders@acme.example", account_of=alice)


@pytest.mark.rule("R07", "R09", "R12")
def test_they_are_chosen_and_taken_back(
    signed_in: SignIn, alice: Membership, sales: Mailbox, orders: Mailbox, in_account: Account
) -> None:
    client, url, store = signed_in(alice), reverse("mailbox_inbox", args=[sales.pk]), create_store(alice, "Toys")
    client.post(url, INBOX | {"outgoing_mailbox": orders.pk, "store": store.pk, "unmatched": "skip"})
    sales.refresh_from_db()
    assert (sales.outgoing_mailbox, sales.store, sales.unmatched) == (orders, store, "skip")
    client.post(url, INBOX | {"outgoing_mailbox": "", "store": ""})
    sales.refresh_from_db()
    assert (sales.outgoing_mailbox, sales.store, sales.unmatched) == (None, None, "skip")


@pytest.mark.rule("R07")
def test_nothing_is_asked_where_there_is_no_choice(
    signed_in: SignIn, alice: Membership, sales: Mailbox, make_mailbox: MakeMailbox
) -> None:
    private = make_mailbox("alice@acme.example", owner=alice)
    client = signed_in(alice)
    assert "outgoing_mailbox" not in client.get(reverse("mailbox_inbox", args=[sales.pk])).content.decode()
    answer = client.post(reverse("mailbox_inbox", args=[sales.pk]), INBOX | {"outgoing_mailbox": private.pk})
    assert answer.status_code == 302  # what is not asked is not read
    assert 'name="outgoing_mailbox"' in client.get(reverse("mailbox_inbox", args=[private.pk])).content.decode()


@pytest.mark.rule("R07", "K23")
def test_a_choice_that_the_member_could_not_make_stays_and_is_not_named(
    signed_in: SignIn,
    alice: Membership,
    bob: Membership,
    sales: Mailbox,
    make_mailbox: MakeMailbox,
    in_account: Account,
) -> None:
    bobs = make_mailbox("bob.private@acme.example", owner=bob)
    Mailbox.objects.filter(pk=sales.pk).update(outgoing_mailbox=bobs)
    client, url = signed_in(alice), reverse("mailbox_inbox", args=[sales.pk])
    page = client.get(url).content.decode()
    assert "Another mailbox, as it is now" in page
    assert "bob.private" not in page
    assert client.post(url, INBOX | {"outgoing_mailbox": bobs.pk}).status_code == 302
    sales.refresh_from_db()
    assert sales.outgoing_mailbox == bobs


@pytest.mark.rule("M04")
def test_a_mailbox_that_only_sends_is_asked_for_less(
    signed_in: SignIn, alice: Membership, sales: Mailbox, in_account: Account
) -> None:
    Mailbox.objects.filter(pk=sales.pk).update(imap_host="", push=True, keep_attachments=True)
    client, url = signed_in(alice), reverse("mailbox", args=[sales.pk])
    inbox = reverse("mailbox_inbox", args=[sales.pk])
    page = client.get(url).content.decode() + client.get(inbox).content.decode()
    gone = ("push", "unmatched", "filters", "keep_attachments", "create_contacts", "delete_after_upload")
    assert not [name for name in gone if f'name="{name}"' in page]
    assert client.post(inbox, {"store": ""}).status_code == 302
    assert client.post(url, {"display_name": "Acme", "group_messages": "on"}).status_code == 302
    sales.refresh_from_db()
    assert (sales.display_name, sales.push, sales.keep_attachments) == ("Acme", True, True)


@pytest.mark.rule("R07")
def test_from_names_the_address_that_recipients_see(
    signed_in: SignIn, alice: Membership, bob: Membership, sales: Mailbox, orders: Mailbox, in_account: Account
) -> None:
    Mailbox.objects.filter(pk=sales.pk).update(outgoing_mailbox=orders)
    page = signed_in(bob).get(reverse("compose")).content.decode()
    assert f'<option value="{sales.pk}">Bob Baker · orders@acme.example (answers to sales@acme.example)' in page
    Mailbox.objects.filter(pk=orders.pk).update(kind="personal", owner=alice)
    assert f'<option value="{sales.pk}"' not in signed_in(bob).get(reverse("compose")).content.decode()
    mail = queue_letter(alice, LetterRequest(sales.pk, ["ann@client.example"], text="Hello"))
    assert (mail.mailbox, mail.answers_to) == (orders, sales)


@pytest.mark.rule("K24", "G12")
def test_giving_others_the_mail_asks_for_the_password_once_more(
    signed_in: SignIn, alice: Membership, make_mailbox: MakeMailbox, settings: Settings, in_account: Account
) -> None:
    private = make_mailbox("alice@acme.example", owner=alice)
    client, url = signed_in(alice), reverse("mailbox", args=[private.pk])
    settings.SUDO_MINUTES = 0
    assert client.post(url, VALUES | {"display_name": "Alice"}).status_code == 302
    answer = client.post(url, VALUES | {"shared_with_admins": "on", "display_name": "A."})
    assert answer.status_code == 422
    assert 'type="password"' in answer.content.decode()
    private.refresh_from_db()
    assert (private.shared_with_admins, private.display_name) == (False, "Alice")


@pytest.mark.rule("R12", "G13")
def test_a_letter_left_out_is_fetched_from_the_page(
    signed_in: SignIn, bob: Membership, charlie: Membership, sales: Mailbox, in_account: Account
) -> None:
    add_place(Post(sales).inbox, 7, FolderEntry.Outcome.UNMATCHED)
    Mailbox.objects.update(imported_at=timezone.now())
    url = reverse("mailbox_fetch", args=[sales.pk])
    answer = signed_in(bob).post(url, {"folder": "inbox", "uid": "7"}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert "toast" in answer["HX-Trigger"]
    for wrong in ({"folder": "inbox", "uid": "8"}, {"folder": "\0", "uid": "7"}):
        assert signed_in(bob).post(url, wrong).status_code == 404
    assert signed_in(charlie).post(url, {"folder": "inbox", "uid": "7"}).status_code == 404
