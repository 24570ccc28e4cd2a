"""What triggers did, as screens tell it: the list with its filters, on cards, under letters (M33)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, Membership
from automation.models import Run, Trigger
from automation.triggers import TriggerValues, create_trigger
from crm.contacts import ContactValues, create_contact
from crm.models import Contact
from outbox.models import OutgoingMail
from outbox.requests import LetterRequest
from outbox.services import queue_letter
from tests.conftest import MakeMailbox, make_user

SignIn = Callable[[Membership], Client]


@pytest.fixture
def note(alice: Membership, in_account: Account) -> Trigger:
    return create_trigger(alice, TriggerValues("Note it", "note", {"text": "Opened"}))


@pytest.fixture
def ana(in_account: Account) -> Contact:
    return create_contact(ContactValues("Ana", "Morales", ["ana@client.example"]))


@pytest.fixture
def private(bob: Membership, make_mailbox: MakeMailbox) -> OutgoingMail:
    """A letter of Bob's, from a mailbox that nobody else reads."""
    own = make_mailbox("bob@acme.example", owner=bob)
    return queue_letter(bob, LetterRequest(own.pk, ["ana@client.example"], subject="Between us", text="Hello"))


def ran(trigger: Trigger, cause: str, *, state: str = "done", reason: str = "", **about: object) -> Run:
    now = timezone.now()
    facts = {"event": "opened", "cause": cause, "action_key": f"t{trigger.pk}", "action_name": trigger.name}
    times = {"due_at": now + timedelta(hours=1), "happened_at": now, "ended_at": None if state == "waiting" else now}
    return Run.objects.create(trigger=trigger, state=state, reason=reason, **facts, **times, **about)


@pytest.mark.rule("M33")
def test_the_list_says_why_nothing_was_done_and_is_narrowed(
    signed_in: SignIn, alice: Membership, note: Trigger, ana: Contact
) -> None:
    ran(note, "a", contact=ana)
    ran(note, "b", state="skipped", reason="several_leads")
    client = signed_in(alice)
    page = client.get(reverse("runs")).content.decode()
    assert "A note on the card." in page
    assert "The contact has several open leads" in page
    skipped = client.get(f"{reverse('runs')}?state=skipped&trigger={note.pk}").content.decode()
    assert "A note on the card." not in skipped
    of_ana = client.get(f"{reverse('runs')}?contact={ana.pk}").content.decode()
    assert "several open leads" not in of_ana
    assert "Ana Morales" in of_ana
    assert client.get(reverse("runs"), {"state": "nonsense", "trigger": "x", "lead": "-"}).status_code == 200


@pytest.mark.rule("M33")
def test_a_card_has_its_own(signed_in: SignIn, alice: Membership, note: Trigger, ana: Contact) -> None:
    ran(note, "a", contact=ana)
    client = signed_in(alice)
    own = reverse("card_runs", args=["contact", ana.pk])
    assert own in client.get(reverse("contact", args=[ana.pk])).content.decode()
    assert "Note it" in client.get(own).content.decode()
    assert client.get(reverse("card_runs", args=["nonsense", ana.pk])).status_code == 404


@pytest.mark.rule("M33", "K21")
def test_administrators_see_that_it_ran_and_not_because_of_which_letter(
    signed_in: SignIn, alice: Membership, bob: Membership, note: Trigger, private: OutgoingMail
) -> None:
    Membership.objects.filter(pk=bob.pk).update(mailer_access=True)
    ran(note, "a", mail=private)
    assert "Between us" in signed_in(bob).get(reverse("runs")).content.decode()
    assert "Note it" in signed_in(bob).get(reverse("mail_runs", args=[private.pk])).content.decode()
    page = signed_in(alice).get(reverse("runs")).content.decode()
    assert "Note it" in page
    assert "Between us" not in page


@pytest.mark.rule("M33", "K21")
def test_another_member_learns_nothing_of_it(
    signed_in: SignIn, alice: Membership, bob: Membership, note: Trigger, private: OutgoingMail
) -> None:
    carol = Membership.objects.create(user=make_user("carol@acme.example", "Carol"), mailer_access=True)
    ran(note, "a", mail=private)
    client = signed_in(carol)
    assert "A note on the card." not in client.get(reverse("runs")).content.decode()
    assert client.get(reverse("mail_runs", args=[private.pk])).status_code == 404
    listed = client.get(reverse("triggers")).content.decode()
    assert "in 7 days" not in listed
    assert "last ran" not in listed


def test_charlie_learns_nothing(signed_in: SignIn, charlie: Membership, note: Trigger, ana: Contact) -> None:
    ran(note, "a", contact=ana)
    client = signed_in(charlie)
    assert "Note it" not in client.get(f"{reverse('runs')}?contact={ana.pk}").content.decode()
    assert "Note it" not in client.get(reverse("card_runs", args=["contact", ana.pk])).content.decode()
