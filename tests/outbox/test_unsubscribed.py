"""Addresses whose owners want no mail: written down by hand, taken back, and told to who writes."""

from __future__ import annotations

import pytest

from accounts.models import Account, AuditEvent, Membership
from accounts.tenancy import tenant
from crm.contacts import ContactValues, create_contact
from outbox.models import Suppression
from outbox.suppression import is_unsubscribed, marks_of, set_unsubscribed, warnings_for

ANNA = ["Anna@client.example", "anna@home.example"]


@pytest.fixture
def unsubscribed(alice: Membership, in_account: Account) -> Membership:
    set_unsubscribed(alice, ANNA, is_unsubscribed=True)
    return alice


def test_all_addresses_are_marked_and_writers_are_warned(unsubscribed: Membership) -> None:
    assert dict(marks_of(["anna@client.example", "bo@client.example"])) == {"anna@client.example": "unsubscribed"}
    assert [known.reason for known in warnings_for(ANNA).values()] == ["unsubscribed"] * 2
    assert is_unsubscribed(create_contact(ContactValues("Anna", emails=ANNA[:1])))


def test_it_is_taken_back(unsubscribed: Membership) -> None:
    set_unsubscribed(unsubscribed, ANNA, is_unsubscribed=False)
    assert not warnings_for(ANNA)
    actions = AuditEvent.objects.filter(action__startswith="suppression.").order_by("pk")
    assert [event.action for event in actions] == ["suppression.unsubscribed", "suppression.subscribed"]


def test_twice_is_once_and_leaves_one_line(unsubscribed: Membership) -> None:
    set_unsubscribed(unsubscribed, ANNA, is_unsubscribed=True)
    assert Suppression.objects.count() == 2
    assert AuditEvent.objects.filter(action="suppression.unsubscribed").count() == 1


def test_that_letters_come_back_says_more(unsubscribed: Membership) -> None:
    Suppression.objects.create(email_key="anna@client.example", reason=Suppression.Reason.BOUNCED)
    assert marks_of(ANNA)["anna@client.example"] == "bounced"


def test_another_account_knows_nothing_of_it(unsubscribed: Membership, charlie: Membership) -> None:
    with tenant(charlie.account_id):
        assert not warnings_for(ANNA)
