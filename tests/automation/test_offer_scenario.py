"""The scenario of the handbook (M73): sent, opened, clicked, and the other branch, not opened for a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from accounts.models import Membership
from crm.leads import move_lead
from crm.models import Contact, Lead, Stage, Task
from crm.pipelines import StageValues, write_stage
from crm.task_types import list_types
from letter_templates.models import Template
from letter_templates.trigger_choice import TriggerChoice
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from tests.automation.letters import carry_out, click, end, make_link, make_trigger, open_letter
from tests.automation.stages import make_action, make_lead, make_person, make_template
from tracking.models import TriggerLink


@dataclass
class Offer:
    """Everything that the handbook has an administrator make."""

    sent: Stage
    familiar: Stage
    link: TriggerLink
    template: Template
    reminder: Template
    ann: Contact
    lead: Lead

    def letter(self) -> OutgoingMail:
        return OutgoingMail.objects.order_by("-id")[0]

    def stage(self) -> str:
        self.lead.refresh_from_db()
        return self.lead.stage.name


@pytest.fixture
def offer(alice: Membership, stages: list[Stage], sales: Mailbox) -> Offer:
    new, qualified, sent, *_ends = stages
    familiar = write_stage(StageValues(new.pipeline, "Familiar with the offer", position=3))
    reminder = make_template(alice, "Offer, reminder")
    to_sent = make_trigger(alice, "stage", "Change stage to Offer sent", stage=sent.pk)
    to_familiar = make_trigger(alice, "stage", "Change stage to Familiar with the offer", stage=familiar.pk)
    kind = list_types()[0].pk
    call = make_trigger(alice, "task", "Set task", task_type=kind, text="Call: {subject}", due_in_seconds=3600)
    resend = make_trigger(alice, "mail", "Repeat email", template=reminder.pk)
    link = make_link(alice, to_familiar, once=True, url="https://acme.example/offer.pdf")
    choice = TriggerChoice(sent=(to_sent.pk,), opened=(call.pk,), not_opened=(resend.pk,))
    template = make_template(alice, triggers=choice)
    make_action(alice, qualified, template)
    ann = make_person("Ann", "ann@client.example")
    return Offer(sent, familiar, link, template, reminder, ann, make_lead(new, ann, responsible=alice))


def qualify(offer: Offer, qualified: Stage) -> OutgoingMail:
    """The lead is moved, and the letter leaves."""
    move_lead(offer.lead, qualified)
    carry_out()
    mail = offer.letter()
    end(mail)
    carry_out()
    return mail


@pytest.mark.rule("M30", "M60", "M73", "M80")
def test_an_offer_that_is_read(alice: Membership, offer: Offer, stages: list[Stage]) -> None:
    mail = qualify(offer, stages[1])
    assert (mail.template, mail.contact, mail.is_automatic) == (offer.template, offer.ann, True)
    assert offer.stage() == "Offer sent"
    open_letter(mail)
    carry_out()
    assert [(task.text, task.responsible, task.lead) for task in Task.objects.all()] == [
        ("Call: Offer", alice, offer.lead)
    ]
    click(mail, offer.link)
    carry_out()
    assert offer.stage() == "Familiar with the offer"
    carry_out(later=timedelta(days=1))
    assert OutgoingMail.objects.count() == 1  # it was opened: no reminder


@pytest.mark.rule("M62", "M69", "M73")
def test_an_offer_that_nobody_opens(offer: Offer, stages: list[Stage]) -> None:
    mail = qualify(offer, stages[1])
    open_letter(mail, verdict="proxy")
    carry_out(later=timedelta(hours=23))
    assert OutgoingMail.objects.count() == 1
    carry_out(later=timedelta(hours=1, minutes=1))
    reminder = offer.letter()
    assert (reminder.template, reminder.depth, reminder.lead) == (offer.reminder, 2, offer.lead)
    end(reminder)
    carry_out(later=timedelta(days=3))
    assert OutgoingMail.objects.count() == 2
