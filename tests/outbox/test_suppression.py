"""Addresses that take no mail: whoever writes is warned; the server's words are for those who see the letter."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent, Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from outbox.errors import SuppressionNotFound
from outbox.models import Suppression
from outbox.suppression import lift, suppress, suppressions_of, warnings_for
from tests.threads.builders import Mail, Post
from threads.models import Message


@pytest.fixture
def bad(alices: Mailbox) -> Suppression:
    """Learned from a letter in Alice's own mailbox."""
    Post(alices).file(Mail())
    suppress("ann@client.example", detail="550 5.1.1 no such user", message=Message.objects.get())
    return Suppression.objects.get()


def test_everybody_in_the_account_is_warned(bad: Suppression) -> None:
    found = warnings_for(["Ann@Client.example", "bo@client.example"])
    assert {name: warning.since for name, warning in found.items()} == {"Ann@Client.example": bad.created_at}


def test_another_account_is_not(bad: Suppression, charlie: Membership) -> None:
    with tenant(charlie.account_id):
        assert warnings_for(["ann@client.example"]) == {}
        assert not suppressions_of(charlie).exists()


@pytest.mark.rule("K21")
def test_the_servers_words_are_for_those_who_see_the_letter(
    bad: Suppression, alice: Membership, bob: Membership
) -> None:
    assert suppressions_of(alice).get() == bad
    assert not suppressions_of(bob).exists()
    with pytest.raises(SuppressionNotFound):
        lift(bob, bad.pk)


def test_an_address_that_works_again_is_taken_off(bad: Suppression, alice: Membership) -> None:
    lift(alice, bad.pk)
    assert warnings_for(["ann@client.example"]) == {}
    assert AuditEvent.objects.get().action == "suppression.lifted"
    with pytest.raises(SuppressionNotFound):
        lift(alice, bad.pk)


def test_the_newest_report_counts(bad: Suppression) -> None:
    suppress("ann@client.example", detail="550 gone", message=Message.objects.get())
    assert Suppression.objects.get().detail == "550 gone"


def test_it_outlives_its_letter_for_administrators(bad: Suppression, alice: Membership, bob: Membership) -> None:
    Message.objects.all().delete()
    assert suppressions_of(alice).get() == bad
    assert not suppressions_of(bob).exists()
