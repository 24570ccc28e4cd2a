"""What each type of trigger does (M65-M71)."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Membership
from automation.models import Run
from crm.models import Contact, Lead, Note, Stage, Task
from crm.tags import tags_of
from crm.task_types import list_types
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from tests.automation.letters import carry_out, ended, make_trigger, send
from tests.automation.stages import make_lead, make_person, make_template

State = OutgoingMail.State


@pytest.fixture
def ann(stages: list[Stage]) -> Contact:
    return make_person("Ann", "ann@client.example")


@pytest.fixture
def boat(stages: list[Stage], ann: Contact, alice: Membership) -> Lead:
    return make_lead(stages[0], ann, responsible=alice)


def run(
    alice: Membership, sales: Mailbox, ann: Contact, type_: str, *, lead: Lead | None = None, **settings: Any
) -> Run:
    """Of a letter that was sent."""
    trigger = make_trigger(alice, type_, **settings)
    send(alice, sales, ann, lead=lead, sent=(trigger.pk,))
    carry_out()
    return Run.objects.get(action_key=f"t{trigger.pk}")


@pytest.mark.rule("M65")
def test_a_task_of_the_responsible_user_or_of_a_chosen_one(
    alice: Membership, bob: Membership, sales: Mailbox, ann: Contact, boat: Lead
) -> None:
    kind = list_types()[0].pk
    run(alice, sales, ann, "task", lead=boat, task_type=kind, text="{subject} {id}", due_in_seconds=60)
    run(alice, sales, ann, "task", lead=boat, task_type=kind, text="Ask", responsible=str(bob.pk))
    mail = OutgoingMail.objects.order_by("id")[0]
    found = [(task.text, task.responsible, task.lead) for task in Task.objects.order_by("id")]
    assert found == [(f"Your offer {mail.pk}", alice, boat), ("Ask", bob, boat)]


@pytest.mark.rule("M66", "M63")
def test_a_note_says_why_a_letter_failed(alice: Membership, sales: Mailbox, ann: Contact, boat: Lead) -> None:
    note = make_trigger(alice, "note", text="{{ contact.first_name }}: {subject}, {error} {sended_at}")
    mail = send(alice, sales, ann, lead=boat, state=State.FAILED, failed=(note.pk,), sent=(note.pk,))
    assert mail.told_at is None
    carry_out()
    text = Note.objects.get(lead=boat).text
    assert text.startswith("Ann: Your offer, The address does not exist")
    assert ended() == [("failed", "done", "")]


@pytest.mark.rule("M63", "M66")
def test_the_note_of_the_manual_dates_a_letter_that_failed(
    alice: Membership, sales: Mailbox, ann: Contact, boat: Lead
) -> None:
    note = make_trigger(alice, "note", text="Email subject: {subject} Date sent: {sended_at} email ID: {id}")
    mail = send(alice, sales, ann, lead=boat, state=State.FAILED, failed=(note.pk,))
    carry_out()
    day = date_format(timezone.localdate(), "SHORT_DATE_FORMAT")
    text = Note.objects.get(lead=boat).text
    assert text.startswith(f"Email subject: Your offer Date sent: {day} ")
    assert text.endswith(f" email ID: {mail.pk}")


@pytest.mark.rule("M66")
def test_words_of_strangers_are_no_merge_fields(alice: Membership, sales: Mailbox, ann: Contact, boat: Lead) -> None:
    note = make_trigger(alice, "note", text="{error}")
    mail = send(alice, sales, ann, lead=boat, state=State.FAILED, failed=(note.pk,))
    OutgoingMail.objects.filter(pk=mail.pk).update(error_detail="550 {{ user.email }}")
    carry_out()
    assert "{{ user.email }}" in Note.objects.get().text


@pytest.mark.rule("M67")
def test_the_lead_of_the_letter_moves(
    alice: Membership, sales: Mailbox, ann: Contact, boat: Lead, stages: list[Stage]
) -> None:
    make_lead(stages[0], ann, name="Other")
    assert run(alice, sales, ann, "stage", lead=boat, stage=stages[2].pk).state == "done"
    assert Lead.objects.get(pk=boat.pk).stage == stages[2]
    again = run(alice, sales, ann, "stage", lead=boat, stage=stages[2].pk)
    assert (again.state, again.reason) == ("skipped", "same_stage")


@pytest.mark.rule("M33", "M67")
def test_a_letter_of_no_lead_moves_the_only_open_one_and_none_of_several(
    alice: Membership, sales: Mailbox, ann: Contact, boat: Lead, stages: list[Stage]
) -> None:
    assert run(alice, sales, ann, "stage", stage=stages[1].pk).state == "done"
    make_lead(stages[0], ann, name="Other")
    several = run(alice, sales, ann, "stage", stage=stages[2].pk)
    assert (several.state, several.reason) == ("skipped", "several_leads")
    eve = make_person("Eve", "eve@client.example")
    assert run(alice, sales, eve, "stage", stage=stages[2].pk).reason == "no_lead"


@pytest.mark.rule("M70")
def test_a_lead_is_made_for_the_contact(
    alice: Membership, sales: Mailbox, ann: Contact, boat: Lead, stages: list[Stage]
) -> None:
    run(alice, sales, ann, "lead", lead=boat, name="Order of {{ contact.name }}", stage=stages[1].pk)
    made = Lead.objects.exclude(pk=boat.pk).get()
    assert (made.name, made.stage, list(made.contacts.all())) == ("Order of Ann", stages[1], [ann])


@pytest.mark.rule("M71")
def test_tags_come_and_go(alice: Membership, sales: Mailbox, ann: Contact, boat: Lead) -> None:
    run(alice, sales, ann, "tags", lead=boat, entity="lead", add=["cold"])
    run(alice, sales, ann, "tags", lead=boat, entity="lead", add=["warm"], remove=["Cold"])
    assert tags_of(Lead.objects.get(pk=boat.pk)) == ["warm"]
    assert run(alice, sales, ann, "tags", entity="customer", add=["x"]).reason == "no_customer"


@pytest.mark.rule("M41", "M69")
def test_a_letter_of_a_template_in_the_name_of_its_author(
    alice: Membership, sales: Mailbox, ann: Contact, boat: Lead
) -> None:
    template = make_template(alice, "Thanks")
    made = run(alice, sales, ann, "mail", lead=boat, template=template.pk).made_mail
    assert made is not None
    assert (made.author, made.mailbox, made.template, made.lead) == (alice, sales, template, boat)
    assert (made.is_automatic, made.depth) == (True, 1)
    assert [row.address for row in made.recipients.all()] == ["ann@client.example"]
