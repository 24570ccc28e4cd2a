"""Settings, Mailer, Triggers: forms by what a trigger does, the sentence about it, switching and deleting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from automation.models import Trigger
from automation.triggers import TriggerValues, create_trigger
from crm.contacts import ContactValues, create_contact
from crm.custom_fields import FieldValues, create_field
from crm.models import Note, Stage
from crm.pipelines import create_pipeline
from crm.task_types import list_types
from letter_templates.models import Template
from letter_templates.requests import TemplateFields
from letter_templates.services import create_template, save_template
from letter_templates.trigger_choice import TriggerChoice

SignIn = Callable[[Membership], Client]
PLAIN: dict[str, Any] = {"name": "Note it", "delay_count": "2", "delay_unit": "hours", "is_active": "on"}


@pytest.fixture
def client(signed_in: SignIn, alice: Membership, in_account: Account) -> Client:
    return signed_in(alice)


@pytest.fixture
def note(alice: Membership, in_account: Account) -> Trigger:
    return create_trigger(alice, TriggerValues("Note it", "note", {"text": "Opened: {subject}"}))


def saved(client: Client, **typed: Any) -> Trigger:
    answer = client.post(reverse("trigger_new"), {**PLAIN, **typed})
    assert answer.status_code == 302, answer.content.decode()
    return Trigger.objects.get()


@pytest.mark.rule("M66", "M72")
def test_a_note_after_a_delay(client: Client) -> None:
    made = saved(client, type="note", note_text="Opened: {subject}")
    assert (made.type, made.settings, made.delay_seconds) == ("note", {"text": "Opened: {subject}"}, 7200)
    page = client.get(reverse("triggers")).content.decode()
    assert "2 hours later: Adds the note “Opened: {subject}”." in page
    assert "Not chosen anywhere" in page


@pytest.mark.rule("M65")
def test_a_task_for_a_chosen_user(client: Client, bob: Membership) -> None:
    typed = {"task_text": "Call", "task_type": list_types()[0].pk, "task_due_count": "1", "task_due_unit": "days"}
    made = saved(client, type="task", task_responsible=bob.pk, **typed)
    assert made.settings["responsible"] == bob.pk
    assert made.settings["due_in_seconds"] == 86400
    assert "Bob Baker" in client.get(reverse("triggers")).content.decode()


@pytest.mark.rule("M67", "M70", "M71")
def test_the_other_kinds_that_need_no_letter(client: Client) -> None:
    stage = create_pipeline("Sales").stages.first()
    assert isinstance(stage, Stage)
    cases: list[dict[str, Any]] = [
        {"type": "stage", "stage": stage.pk},
        {"type": "field", "field": "lead:price", "value": "100"},
        {"type": "lead", "lead_stage": stage.pk, "lead_name": "Again"},
        {"type": "tags", "tags_entity": "contact", "tags_add": "warm, hot", "tags_remove": "cold"},
    ]
    for typed in cases:
        assert client.post(reverse("trigger_new"), {**PLAIN, **typed}).status_code == 302, typed
    kept = {trigger.type: trigger.settings for trigger in Trigger.objects.all()}
    assert kept["field"] == {"entity": "lead", "field": "price", "value": "100"}
    assert kept["tags"] == {"entity": "contact", "add": ["warm", "hot"], "remove": ["cold"]}
    assert kept["lead"]["name"] == "Again"


def test_what_is_missing_is_said_beside_its_input(client: Client) -> None:
    answer = client.post(reverse("trigger_new"), {**PLAIN, "type": "mail"})
    assert answer.status_code == 422
    assert 'id="id_template_error"' in answer.content.decode()
    answer = client.post(reverse("trigger_new"), {**PLAIN, "type": "note", "note_text": "{{ contact.nobody }}"})
    assert answer.status_code == 422
    assert 'id="id_note_text_error"' in answer.content.decode()


def test_the_sentence_follows_what_is_typed_and_nothing_is_saved(client: Client) -> None:
    answer = client.post(reverse("trigger_says"), {**PLAIN, "type": "note", "note_text": "Hello"})
    assert "2 hours later: Adds the note “Hello”." in answer.content.decode()
    assert not Trigger.objects.exists()


@pytest.mark.rule("M98")
def test_a_circle_is_named_and_a_copy_is_the_way_out(client: Client, alice: Membership) -> None:
    offer = create_template(alice, TemplateFields("Offer", subject="Offer", body="<p>Hello</p>"))
    resend = saved(client, type="mail", template=offer.pk)
    other = create_template(alice, TemplateFields("Reminder", subject="x", body="<p>x</p>"))
    client.post(reverse("trigger", args=[resend.pk]), {**PLAIN, "type": "mail", "template": other.pk})
    fields = TemplateFields("Offer", subject="Offer", body="<p>Hello</p>", triggers=TriggerChoice(opened=(resend.pk,)))
    save_template(alice, offer.pk, fields)
    typed = {**PLAIN, "type": "mail", "template": offer.pk}
    answer = client.post(reverse("trigger", args=[resend.pk]), typed)
    assert answer.status_code == 422
    assert "Letter opened: Note it" in answer.content.decode()
    answer = client.post(reverse("trigger", args=[resend.pk]), {**typed, "copy_template": offer.pk})
    assert answer.status_code == 302
    resend.refresh_from_db()
    copy = Template.objects.get(pk=resend.settings["template"])
    assert (copy.pk == offer.pk, copy.triggers, copy.subject) == (False, {}, "Offer")


def test_it_is_switched_and_deleted_with_its_places(client: Client, alice: Membership, note: Trigger) -> None:
    row = client.post(reverse("trigger_switch", args=[note.pk]), {}, headers={"HX-Request": "true"})
    note.refresh_from_db()
    assert (row.status_code, note.is_active) == (200, False)
    fields = TemplateFields("Offer", subject="x", body="<p>x</p>", triggers=TriggerChoice(sent=(note.pk,)))
    offer = create_template(alice, fields)
    assert "Offer" in client.get(reverse("trigger", args=[note.pk])).content.decode()
    client.post(reverse("trigger_delete", args=[note.pk]), {})
    assert Trigger.objects.exists()
    client.post(reverse("trigger_delete", args=[note.pk]), {"everywhere": "1"})
    offer.refresh_from_db()
    assert (Trigger.objects.count(), offer.triggers) == (0, {})


def test_a_dry_run_says_what_would_happen(client: Client, note: Trigger) -> None:
    ana = create_contact(ContactValues("Ana", "Morales", ["ana@client.example"]))
    found = client.get(reverse("trigger_cards", args=[note.pk]), {"card_find": "Ana"}).content.decode()
    assert f"contact:{ana.pk}" in found
    answer = client.post(reverse("trigger_dry_run", args=[note.pk]), {"card": f"contact:{ana.pk}"})
    assert "It would do this:" in answer.content.decode()
    assert not Note.objects.exists()


@pytest.mark.rule("M68")
def test_a_field_that_is_kept_by_its_code_is_chosen_and_stays(client: Client, alice: Membership) -> None:
    field = create_field(alice, FieldValues("lead", "Web page", "text", code="WEB"))
    made = create_trigger(alice, TriggerValues("Fill", "field", {"entity": "lead", "field": "WEB", "value": "x"}))
    Trigger.objects.update(settings={"entity": "lead", "field": "WEB", "value": "x"})  # as older releases kept it
    page = client.get(reverse("trigger", args=[made.pk])).content.decode()
    assert f'<option value="lead:{field.number}" selected>' in page


@pytest.mark.rule("M70")
def test_the_help_at_a_new_lead_says_what_it_is_called(client: Client) -> None:
    page = client.get(reverse("trigger_new")).content.decode()
    assert "Empty: the name of the contact." in page
