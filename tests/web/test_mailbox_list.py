"""Settings, Mailboxes: whose each is, what it does, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from crm.stores import create_store
from mailboxes.health import note_smtp_refused
from mailboxes.models import Mailbox
from mailkit.errors import LoginRefused
from tests.conftest import MakeMailbox

SignIn = Callable[[Membership], Client]


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


def row_of(client: Client, mailbox: Mailbox) -> str:
    page = client.get(reverse("mailboxes")).content.decode()
    rows = [row for row in page.split("<article")[1:] if mailbox.address in row.split("</h2>")[0]]
    return rows[0].split("</article>")[0] if rows else ""


@pytest.mark.rule("R07", "R09")
def test_store_and_way_out_stand_in_the_row(
    signed_in: SignIn, alice: Membership, sales: Mailbox, make_mailbox: MakeMailbox, in_account: Account
) -> None:
    orders = make_mailbox("orders@acme.example", account_of=alice)
    Mailbox.objects.filter(pk=sales.pk).update(outgoing_mailbox=orders, store=create_store(alice, "Toys"))
    row = row_of(signed_in(alice), sales)
    assert "Toys" in row
    assert "sends through orders@acme.example" in row


@pytest.mark.rule("K24")
def test_the_owner_of_a_mailbox_shared_with_administrators_is_named(
    signed_in: SignIn, alice: Membership, bob: Membership, make_mailbox: MakeMailbox, in_account: Account
) -> None:
    bobs = make_mailbox("bob@acme.example", owner=bob)
    assert row_of(signed_in(alice), bobs) == ""
    Mailbox.objects.filter(pk=bobs.pk).update(shared_with_admins=True)
    assert "of Bob Baker" in row_of(signed_in(alice), bobs)
    assert "shared with the administrators" in row_of(signed_in(bob), bobs)


@pytest.mark.rule("K65")
@pytest.mark.parametrize(("state", "words"), [("paused", "Paused"), ("disconnected", "Disconnected")])
def test_what_is_stopped_says_so_and_is_not_synced(
    signed_in: SignIn, alice: Membership, sales: Mailbox, in_account: Account, state: str, words: str
) -> None:
    Mailbox.objects.filter(pk=sales.pk).update(state=state)
    row = row_of(signed_in(alice), sales)
    assert words in row
    assert "Sync now" not in row
    assert reverse("mailbox", args=[sales.pk]) in row


@pytest.mark.rule("K64")
def test_what_is_being_deleted_is_named_to_who_manages_it_and_cannot_be_opened(
    signed_in: SignIn, alice: Membership, bob: Membership, sales: Mailbox, in_account: Account
) -> None:
    Mailbox.objects.filter(pk=sales.pk).update(state="removing")
    row = row_of(signed_in(alice), sales)
    assert "Being deleted" in row
    assert "href" not in row
    assert row_of(signed_in(bob), sales) == ""


def test_an_empty_list_says_what_to_do(signed_in: SignIn, alice: Membership, bob: Membership) -> None:
    page = signed_in(bob).get(reverse("mailboxes")).content.decode()
    assert "No mailbox yet" in page
    assert "Shared mailboxes are given to you by an administrator." in page
    assert "given to you" not in signed_in(alice).get(reverse("mailboxes")).content.decode()


def side_of(client: Client, mailbox: Mailbox) -> str:
    page = client.get(reverse("mail_folder", args=["inbox"])).content.decode()
    return page.split(f'title="{mailbox.address}"')[1].split("</li>")[0]


@pytest.mark.rule("M04")
@pytest.mark.parametrize(("servers", "state"), [({}, "synced"), ({}, "importing"), ({"imap_host": ""}, "synced")])
def test_refused_sending_turns_it_red_wherever_it_stands(
    signed_in: SignIn, alice: Membership, sales: Mailbox, in_account: Account, servers: dict[str, str], state: str
) -> None:
    Mailbox.objects.filter(pk=sales.pk).update(state=state, **servers)
    note_smtp_refused(sales, LoginRefused("no", code=535, reply="535 no"))
    client = signed_in(alice)
    status = client.get(reverse("mailbox_status", args=[sales.pk])).content.decode()
    for shown in (row_of(client, sales), status):
        assert "sig-bad" in shown
        assert "Cannot send" in shown
        assert "The server for sending does not accept" in shown
        assert reverse("mailbox_servers", args=[sales.pk]) in shown
    assert '<small class="bad">Cannot send' in side_of(client, sales)


@pytest.mark.rule("M04")
def test_who_cannot_mend_it_is_told_and_not_sent_to_the_servers(
    signed_in: SignIn, bob: Membership, sales: Mailbox, in_account: Account
) -> None:
    note_smtp_refused(sales, LoginRefused("no", code=535, reply="535 no"))
    row = row_of(signed_in(bob), sales)
    assert "The server for sending does not accept" in row
    assert "Servers and password" not in row


@pytest.mark.parametrize("code", ["throttled", "counts_differ"])
def test_what_mends_itself_is_said_in_the_list_too(
    signed_in: SignIn, alice: Membership, sales: Mailbox, in_account: Account, code: str
) -> None:
    Mailbox.objects.filter(pk=sales.pk).update(error_code=code)
    row = row_of(signed_in(alice), sales)
    assert "Nothing to do" in row
    assert "sig-warn" in row
    assert "Works" not in row
    assert "Servers and password" not in row.split("banner")[1]


def test_an_import_is_followed_while_sending_is_refused(
    signed_in: SignIn, alice: Membership, sales: Mailbox, in_account: Account
) -> None:
    Mailbox.objects.filter(pk=sales.pk).update(state="importing", imported_at=None, import_done=3, import_total=9)
    note_smtp_refused(sales, LoginRefused("no", code=535, reply="535 no"))
    assert "3 of 9 letters" in row_of(signed_in(alice), sales)
