"""Settings of a mailbox: filters, copies, the folder of sent letters; deleting on the server is on its Inbox tab."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox

SignIn = Callable[[Membership], Client]
VALUES = {"store_internal": "on", "group_messages": "on", "filters": ""}
INBOX = {"interval_minutes": "15", "push": "on"}


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


def now(mailbox: Mailbox) -> Mailbox:
    with tenant(mailbox.account_id):
        return Mailbox.objects.get(pk=mailbox.pk)


def filters_of(mailbox: Mailbox) -> list[tuple[str, str]]:
    with tenant(mailbox.account_id):
        return list(mailbox.filters.values_list("kind", "value"))


@pytest.mark.rule("A08")
def test_filters_are_one_a_line(signed_in: SignIn, alice: Membership, sales: Mailbox) -> None:
    client, url = signed_in(alice), reverse("mailbox", args=[sales.pk])
    assert client.post(url, VALUES | {"filters": "News@spam.example\r\n\r\n *.Ads.example"}).status_code == 302
    assert filters_of(sales) == [("address", "news@spam.example"), ("domain", "ads.example")]
    assert "news@spam.example\nads.example</textarea>" in client.get(url).content.decode()
    answer = client.post(url, VALUES | {"filters": "ads.example\nno such thing", "store_internal": ""})
    assert answer.status_code == 422
    assert "“no such thing” is not a domain." in answer.content.decode()
    assert "ads.example\nno such thing</textarea>" in answer.content.decode()
    assert (filters_of(sales)[1:], now(sales).store_internal) == ([("domain", "ads.example")], True)


@pytest.mark.rule("A04", "A08", "K15")
def test_switches_are_saved(signed_in: SignIn, alice: Membership, sales: Mailbox) -> None:
    values = {"load_older": "on", "collector": "on", "keep_attachments": "on"}
    signed_in(alice).post(reverse("mailbox", args=[sales.pk]), values)
    saved = now(sales)
    assert (saved.load_older, saved.collector, saved.keep_attachments) == (True, True, True)
    assert (saved.push, saved.store_internal, saved.group_messages) == (True, False, False)


@pytest.mark.rule("R10")
def test_deleting_on_the_server_wants_the_address_typed(signed_in: SignIn, alice: Membership, sales: Mailbox) -> None:
    client, url = signed_in(alice), reverse("mailbox_inbox", args=[sales.pk])
    for typed in ("", "other@acme.example"):
        answer = client.post(url, INBOX | {"delete_after_upload": "on", "confirm_deletion": typed})
        assert answer.status_code == 422
        assert not now(sales).delete_after_upload
    client.post(url, INBOX | {"delete_after_upload": "on", "confirm_deletion": "Sales@acme.example"})
    assert (now(sales).delete_after_upload, now(sales).keep_attachments) == (True, True)
    client.post(url, INBOX | {"delete_after_upload": "on"})  # a locked box is not sent: it stays as it is
    assert (now(sales).delete_after_upload, now(sales).keep_attachments) == (True, True)
    client.post(url, INBOX)
    assert (now(sales).delete_after_upload, now(sales).keep_attachments) == (False, True)


@pytest.mark.rule("R10", "G11")
def test_others_than_administrators_cannot_switch_deleting(
    signed_in: SignIn, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    own = make_mailbox("bob@acme.example", owner=bob)
    client, url = signed_in(bob), reverse("mailbox_inbox", args=[own.pk])
    assert "Only administrators switch this on or off." in client.get(url).content.decode()
    client.post(url, INBOX | {"delete_after_upload": "on", "confirm_deletion": own.address, "interval_minutes": "20"})
    assert (now(own).delete_after_upload, now(own).interval_minutes) == (False, 20)


@pytest.mark.rule("K13")
def test_the_folder_of_sent_letters_is_asked_only_when_several_qualify(
    signed_in: SignIn, alice: Membership, sales: Mailbox
) -> None:
    client, url = signed_in(alice), reverse("mailbox", args=[sales.pk])
    assert "sent_folder" not in client.get(url).content.decode()
    with tenant(sales.account_id):
        Mailbox.objects.update(sent_choices=["Sent", "Sent Items"])
    assert "Found by itself" in client.get(url).content.decode()
    status = reverse("mailbox_status", args=[sales.pk])
    assert "Choose the right one" in client.get(status).content.decode()
    client.post(url, VALUES | {"sent_folder": "Sent Items"})
    assert now(sales).sent_folder == "Sent Items"
    assert "Choose the right one" not in client.get(status).content.decode()
    assert client.post(url, VALUES | {"sent_folder": "Trash"}).status_code == 422
