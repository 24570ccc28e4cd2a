"""What a stage action sends when its time comes: to whom, in how many letters, and why not."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from automation.errors import LetterNotSent
from automation.models import Run, StageAction
from automation.outcomes import Outcome
from automation.reasons import Reason
from automation.stage_runs import perform
from crm.models import Stage
from letter_templates.models import Template
from letter_templates.trigger_choice import TriggerChoice, read_choice
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail, Suppression
from tests.automation.stages import make_action, make_lead, make_person, make_template, sent_to

pytestmark = pytest.mark.usefixtures("sales")


@pytest.fixture
def template(alice: Membership) -> Template:
    return make_template(alice, triggers=TriggerChoice(sent=(4,)))


def carried_out() -> Outcome:
    return perform(Run.objects.order_by("id").last() or Run())


def without_letter() -> str:
    """Why there was none."""
    with pytest.raises(LetterNotSent) as refused:
        carried_out()
    return refused.value.reason


@pytest.mark.rule("M31", "M32")
def test_each_contact_of_the_lead_gets_a_letter_of_their_own(
    alice: Membership, stages: list[Stage], template: Template, sales: Mailbox
) -> None:
    make_action(alice, stages[1], template)
    lead = make_lead(
        stages[1], make_person("Ann", "ann@c.example"), make_person("Ben", "ben@c.example", "b2@c.example")
    )
    outcome = carried_out()
    assert sent_to() == [["ann@c.example"], ["ben@c.example"]]
    assert (outcome.state, outcome.detail) == (Run.State.DONE, {"letters": 2})
    mail = OutgoingMail.objects.get(pk=outcome.made_mail_id or 0)
    assert (mail.lead, mail.mailbox, mail.is_automatic, mail.depth) == (lead, sales, True, 1)
    assert read_choice(mail.triggers).sent == (4,)


def test_one_letter_goes_to_all_of_them_together(alice: Membership, stages: list[Stage], template: Template) -> None:
    make_action(alice, stages[1], template, together=True)
    make_lead(stages[1], make_person("Ann", "ann@c.example"), make_person("Ben", "ben@c.example"))
    carried_out()
    assert sent_to() == [["ann@c.example", "ben@c.example"]]


@pytest.mark.rule("M33")
def test_who_takes_no_mail_is_left_out_and_counted(alice: Membership, stages: list[Stage], template: Template) -> None:
    make_action(alice, stages[1], template)
    Suppression.objects.create(email_key="ann@c.example", reason=Suppression.Reason.UNSUBSCRIBED)
    make_lead(stages[1], make_person("Ann", "ann@c.example"), make_person("Ben", "ben@c.example"), make_person("Cid"))
    outcome = carried_out()
    assert sent_to() == [["ben@c.example"]]
    assert outcome.detail == {"letters": 1, "left_out": {"suppressed": 1, "no_address": 1}}


@pytest.mark.rule("M33")
def test_reason_is_said_when_nobody_gets_it(alice: Membership, stages: list[Stage], template: Template) -> None:
    make_action(alice, stages[1], template)
    make_lead(stages[1])
    assert without_letter() == Reason.NO_CONTACT
    make_lead(stages[1], make_person("Cid"))
    assert without_letter() == Reason.NO_ADDRESS


def test_lead_that_is_elsewhere_by_then_gets_nothing(
    alice: Membership, stages: list[Stage], template: Template
) -> None:
    make_action(alice, stages[1], template)
    lead = make_lead(stages[1], make_person("Ann", "ann@c.example"))
    lead.stage = stages[2]
    lead.save()
    assert carried_out().reason == Reason.LEFT_STAGE
    StageAction.objects.update(cancel_on_leave=False)
    assert carried_out().state == Run.State.DONE


def test_action_that_was_switched_off_or_deleted_meanwhile_sends_nothing(
    alice: Membership, stages: list[Stage], template: Template
) -> None:
    make_action(alice, stages[1], template)
    make_lead(stages[1], make_person("Ann", "ann@c.example"))
    StageAction.objects.update(is_active=False)
    assert carried_out().reason == Reason.SWITCHED_OFF
    StageAction.objects.all().delete()
    assert carried_out().reason == Reason.DELETED
    assert not sent_to()
