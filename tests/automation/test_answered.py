"""Who has answered a letter has read it: nothing follows for not having opened it, images or not (M62)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import Membership
from automation.models import Run
from crm.models import Contact, Lead, Stage
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from pages.models import FormAnswer
from tests.automation.letters import carry_out, ended, make_trigger, send
from tests.automation.stages import make_lead, make_person
from tests.threads.builders import Mail, Post

pytestmark = pytest.mark.rule("M33", "M62")
Write = Callable[[Contact], OutgoingMail]


@pytest.fixture
def ann(stages: list[Stage]) -> Contact:
    return make_person("Ann", "ann@client.example")


@pytest.fixture
def tim(stages: list[Stage]) -> Contact:
    return make_person("Tim", "tim@client.example")


@pytest.fixture
def boat(stages: list[Stage], ann: Contact, tim: Contact) -> Lead:
    return make_lead(stages[0], ann, tim)


@pytest.fixture
def write(alice: Membership, sales: Mailbox, boat: Lead) -> Write:
    """A letter about the boat whose time to be opened is over, as soon as it is carried out."""
    note = make_trigger(alice, "note", text="nobody cares")

    def write_it(to: Contact) -> OutgoingMail:
        mail = send(alice, sales, to, lead=boat, not_opened=(note.pk,), not_opened_after=60)
        Run.objects.update(due_at=mail.created_at)
        return mail

    return write_it


def test_by_a_letter(write: Write, sales: Mailbox, ann: Contact) -> None:
    mail = write(ann)
    Post(sales).file(Mail("Re: Your offer", in_reply_to=mail.message_id_header))
    carry_out()
    assert ended() == [("not_opened", "skipped", "answered")]


def test_one_of_several_contacts_of_the_card_is_enough(
    write: Write, sales: Mailbox, ann: Contact, tim: Contact
) -> None:
    _first, second = write(ann), write(tim)
    Post(sales).file(Mail("Re: Your offer", in_reply_to=second.message_id_header))
    carry_out()
    assert ended() == [("not_opened", "skipped", "answered")]


def test_by_the_form_in_it(write: Write, ann: Contact) -> None:
    mail = write(ann)
    FormAnswer.objects.create(mail=mail, tracked=mail.tracked, digest="x")
    carry_out()
    assert ended() == [("not_opened", "skipped", "answered")]


@pytest.mark.rule("M98")
def test_not_by_programs(write: Write, sales: Mailbox, ann: Contact) -> None:
    mail = write(ann)
    away = Mail("Away", in_reply_to=mail.message_id_header, headers=(("Auto-Submitted", "auto-replied"),))
    Post(sales).file(away)
    FormAnswer.objects.create(mail=mail, tracked=mail.tracked, digest="x", refused=[{"name": "", "reason": "trap"}])
    carry_out()
    assert ended() == [("not_opened", "done", "")]
