"""Pausing, resuming and disconnecting on the pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox

SignIn = Callable[[Membership], Client]


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


def state_of(mailbox: Mailbox) -> str:
    with tenant(mailbox.account_id):
        return Mailbox.objects.get(pk=mailbox.pk).state


@pytest.mark.rule("K65")
def test_it_is_paused_and_goes_on(alice: Membership, sales: Mailbox, signed_in: SignIn) -> None:
    browser, path = signed_in(alice), f"/settings/mailboxes/{sales.pk}/"
    assert "Disconnect mail" in browser.get(path).content.decode()
    page = browser.post(f"{path}pause/", follow=True).content.decode()
    assert "sales@acme.example is paused." in page
    assert "Letters in the outbox go out when it is resumed." in page
    browser.post(f"{path}resume/")
    assert state_of(sales) == "importing"


@pytest.mark.rule("K65")
def test_disconnecting_asks_what_becomes_of_the_mail(alice: Membership, sales: Mailbox, signed_in: SignIn) -> None:
    browser, path = signed_in(alice), f"/settings/mailboxes/{sales.pk}/disconnect/"
    asked = browser.post(path, {})
    assert (asked.status_code, state_of(sales)) == (422, "synced")
    assert "Say whether the emails are kept or deleted." in asked.content.decode()
    page = browser.post(path, {"emails": "keep"}, follow=True).content.decode()
    assert state_of(sales) == "disconnected"
    assert "With its password it goes on where it was." in page


@pytest.mark.rule("K64")
def test_deleting_wants_the_address_and_keeps_what_was_typed(
    alice: Membership, sales: Mailbox, signed_in: SignIn
) -> None:
    browser, path = signed_in(alice), f"/settings/mailboxes/{sales.pk}/disconnect/"
    asked = browser.post(path, {"emails": "delete", "confirm": "sale@acme.example"})
    assert (asked.status_code, state_of(sales)) == (422, "synced")
    assert 'value="sale@acme.example"' in asked.content.decode()
    page = browser.post(path, {"emails": "delete", "confirm": "sales@acme.example"}, follow=True).content.decode()
    assert state_of(sales) == "removing"
    assert "Its emails are being deleted." in page


@pytest.mark.rule("G11")
@pytest.mark.parametrize("verb", ["pause", "resume", "disconnect"])
def test_others_do_not_find_it(
    bob: Membership, charlie: Membership, sales: Mailbox, signed_in: SignIn, verb: str
) -> None:
    for member in (bob, charlie):
        answer = signed_in(member).post(f"/settings/mailboxes/{sales.pk}/{verb}/", {"emails": "keep"})
        assert answer.status_code == 404
    assert state_of(sales) == "synced"
