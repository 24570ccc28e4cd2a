"""Settings, Mailboxes: whose each is, what it does, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from crm.stores import create_store
from mailboxes.models import Mailbox
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
