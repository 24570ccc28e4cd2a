"""A letter that follows another goes to those who got that one, at the addresses where they got it (M62, M69)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Membership
from automation.models import Run
from crm.models import Contact, Lead, Stage
from letter_templates.trigger_choice import TriggerChoice
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail, OutgoingRecipient, Suppression
from outbox.queueing import queue_letter
from outbox.requests import LetterRequest
from tests.automation.letters import carry_out, end, ended, make_trigger
from tests.automation.stages import make_lead, make_person, make_template

pytestmark = pytest.mark.rule("M62", "M69", "M73")
Write = Callable[..., OutgoingMail]


@pytest.fixture
def ann(stages: list[Stage]) -> Contact:
    return make_person("Ann", "ann@client.example", "ann@home.example")


@pytest.fixture
def tim(stages: list[Stage]) -> Contact:
    return make_person("Tim", "tim@client.example")


@pytest.fixture
def boat(stages: list[Stage], ann: Contact, tim: Contact) -> Lead:
    return make_lead(stages[0], ann, tim)


@pytest.fixture
def write(alice: Membership, sales: Mailbox, boat: Lead) -> Write:
    """An offer about the boat that is out; a reminder goes a minute later if nobody opens it."""
    template = make_template(alice, "Reminder")
    reminder = make_trigger(alice, "mail", template=template.pk)

    def write_it(*to: str, contact: Contact | None = None, lead: Lead | None = boat, **values: Any) -> OutgoingMail:
        acts = {"not_opened": (reminder.pk,), "not_opened_after": 60}
        request = LetterRequest(
            mailbox_id=sales.pk,
            to=to,
            subject="Offer",
            text="Here.",
            contact_id=contact.pk if contact else None,
            lead_id=lead.pk if lead else None,
            triggers=TriggerChoice(**{**acts, **values.pop("triggers", {})}),
            **values,
        )
        mail = queue_letter(alice, request)
        end(mail)
        return mail

    return write_it


def reminders() -> list[tuple[str, str]]:
    """Whose card, and where to."""
    people = OutgoingRecipient.objects.filter(mail__is_automatic=True).order_by("mail_id", "position")
    return [(row.mail.contact.first_name if row.mail.contact else "", row.address) for row in people]


def test_each_of_several_who_got_letters_of_their_own(write: Write, ann: Contact, tim: Contact) -> None:
    write("ann@client.example", contact=ann)
    write("tim@client.example", contact=tim)
    carry_out(later=timedelta(minutes=2))
    assert reminders() == [("Ann", "ann@client.example"), ("Tim", "tim@client.example")]
    assert ended() == [("not_opened", "done", "")]
    assert Run.objects.get().detail == {"template": "Reminder", "letters": 2}


def test_each_of_several_who_got_one_letter(write: Write) -> None:
    write("tim@client.example", "ann@client.example", cc=["boss@client.example"])
    carry_out(later=timedelta(minutes=2))
    assert reminders() == [("Tim", "tim@client.example"), ("Ann", "ann@client.example")]


def test_the_address_that_the_first_letter_went_to(write: Write, ann: Contact) -> None:
    write("ann@home.example", contact=ann)
    carry_out(later=timedelta(minutes=2))
    assert reminders() == [("Ann", "ann@home.example")]


def test_another_of_theirs_when_that_one_takes_no_mail(write: Write, ann: Contact) -> None:
    write("ann@home.example", contact=ann)
    Suppression.objects.create(email_key="ann@home.example", reason=Suppression.Reason.BOUNCED)
    carry_out(later=timedelta(minutes=2))
    assert reminders() == [("Ann", "ann@client.example")]


@pytest.mark.rule("M33")
def test_nobody_when_the_letter_went_to_somebody_without_a_card(write: Write) -> None:
    write("stranger@client.example")
    carry_out(later=timedelta(minutes=2))
    assert reminders() == []
    assert ended() == [("not_opened", "skipped", "no_card")]


def test_nobody_whose_address_refused_the_letter(write: Write) -> None:
    mail = write("ann@client.example", "tim@client.example")
    mail.recipients.filter(position=0).update(state=OutgoingRecipient.State.REFUSED)
    carry_out(later=timedelta(minutes=2))
    assert reminders() == [("Tim", "tim@client.example")]


def test_of_two_with_one_address_the_one_of_the_lead(write: Write, boat: Lead) -> None:
    make_person("Twin", "info@client.example")
    boat.contacts.add(make_person("Zoe", "info@client.example"))
    write("info@client.example")
    carry_out(later=timedelta(minutes=2))
    assert reminders() == [("Zoe", "info@client.example")]


@pytest.mark.rule("M60")
def test_what_follows_sending_goes_to_the_reader_of_that_letter_alone(
    alice: Membership, write: Write, ann: Contact, tim: Contact
) -> None:
    thanks = make_trigger(alice, "mail", "Thanks", template=make_template(alice, "Thanks").pk)
    write("ann@client.example", contact=ann, triggers={"sent": (thanks.pk,), "not_opened": ()})
    write("tim@client.example", contact=tim, triggers={"not_opened": ()})
    carry_out()
    assert reminders() == [("Ann", "ann@client.example")]


@pytest.mark.rule("M42")
def test_a_template_with_an_address_of_its_own_goes_there_once(alice: Membership, write: Write) -> None:
    office = make_template(alice, "Office", send_to="office@acme.example")
    tell = make_trigger(alice, "mail", "Tell", template=office.pk)
    write("ann@client.example", "tim@client.example", triggers={"sent": (tell.pk,), "not_opened": ()})
    carry_out()
    assert [address for _name, address in reminders()] == ["office@acme.example"]
