"""Settings of triggers as a program may send them, and numbers that would leave no room for others."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from accounts.models import Membership
from automation.links import LinkValues, create_link
from automation.triggers import TriggerValues, create_trigger
from crm.custom_fields import FieldValues, create_field
from crm.errors import ValueRefused as FieldRefused
from crm.models import Lead, Stage
from letter_templates.errors import PartRefused, ValueRefused
from mailboxes.models import Mailbox
from pages.pages import create_page
from pages.requests import PageFields
from tests.automation.letters import carry_out, ended, make_trigger, send
from tests.automation.stages import make_lead, make_person

HOSTILE: list[Any] = [5, -1, 10**30, 1.5, True, None, "\0", "a" * 100_000, [], [[]], {"a": 1}, [None], ["\0"], {}]
NAMES = {
    "task": ("task_type", "text", "due_in_seconds", "responsible"),
    "note": ("text",),
    "stage": ("stage",),
    "field": ("entity", "field", "value"),
    "mail": ("template",),
    "lead": ("name", "stage", "responsible"),
    "tags": ("entity", "add", "remove"),
}


@pytest.mark.rule("M60")
@pytest.mark.parametrize("type_", NAMES)
def test_anything_is_stored_or_refused_with_words(alice: Membership, stages: list[Stage], type_: str) -> None:
    good: dict[str, Any] = {"entity": "lead", "field": "name", "value": "x", "add": ["warm"], "stage": stages[0].pk}
    for name in NAMES[type_]:
        for value in HOSTILE:
            if name in ("text", "name") and isinstance(value, dict | str):
                continue  # texts are run for a try, which takes its time
            with suppress(ValueRefused, PartRefused):
                create_trigger(alice, TriggerValues("T", type_, {**good, name: value}))


@pytest.mark.parametrize("number", [2**31 - 1, 10**9, 10**8])
def test_a_number_leaves_room_for_those_to_come(alice: Membership, stages: list[Stage], number: int) -> None:
    with pytest.raises(ValueRefused):
        create_link(alice, LinkValues("Link", number=number))
    with pytest.raises(ValueRefused):
        create_trigger(alice, TriggerValues("Note", "note", {"text": "x"}), number=number)
    with pytest.raises(ValueRefused):
        create_page(alice, PageFields("Page"), number=number)
    with pytest.raises(FieldRefused):
        create_field(alice, FieldValues("lead", "Field", "text", number, "code"))
    assert create_link(alice, LinkValues("Link", number=10**8 - 1)).number == 10**8 - 1
    assert create_link(alice, LinkValues("The next one")).number == 10**8


@pytest.mark.rule("M68")
def test_words_that_mean_nothing_clear_no_name(alice: Membership, sales: Mailbox, stages: list[Stage]) -> None:
    ann = make_person("Ann", "ann@client.example")
    boat = make_lead(stages[0], ann)
    trigger = make_trigger(alice, "field", entity="lead", field="name", value="{error}")
    send(alice, sales, ann, lead=boat, sent=(trigger.pk,))
    carry_out()
    assert ended()[-1][1:] == ("failed", "value_refused")
    assert Lead.objects.get(pk=boat.pk).name == "Boat"
