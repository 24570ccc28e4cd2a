"""Conditions of stage actions: what holds for which card, and what cannot be asked."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from automation.conditions import Condition, Judge, checked_conditions, read_conditions
from automation.models import Run
from automation.reasons import Reason
from automation.stage_runs import perform
from crm.custom_fields import FieldValues, create_field
from crm.models import CustomField, Stage, Tag
from crm.tags import set_tags
from letter_templates.errors import ValueRefused
from mailboxes.models import Mailbox
from tests.automation.stages import make_action, make_lead, make_person, make_template, sent_to

Type = CustomField.Type


def make_field(alice: Membership, type_: str, *, entity: str = "lead", options: tuple[str, ...] = ()) -> CustomField:
    return create_field(alice, FieldValues(entity=entity, name=f"My {type_}", type=type_, options=options))


@pytest.mark.rule("M31")
@pytest.mark.parametrize(
    ("type_", "stored", "asked", "holds"),
    [
        (Type.TEXT, "Big red boat", ("equals", "big RED boat"), True),
        (Type.TEXT, "Big red boat", ("contains", "Red"), True),
        (Type.TEXT, "Big red boat", ("contains", "blue"), False),
        (Type.NUMERIC, "7", ("equals", "7.0"), True),
        (Type.NUMERIC, "8", ("equals", "7"), False),
        (Type.LIST, "red", ("equals", "Red"), True),
        (Type.MULTILIST, ["red", "blue"], ("contains", "blue"), True),
        (Type.MULTILIST, ["red", "blue"], ("equals", "blue"), False),
        (Type.DATE, "2026-05-04", ("equals", "2026-05-04"), True),
        (Type.SWITCH, "1", ("filled", None), True),
        (Type.FLAG, "0", ("empty", None), True),
        (Type.TEXT, "", ("equals", "anything"), False),
        (Type.NUMERIC, "0", ("filled", None), True),
    ],
)
def test_field_is_compared_as_its_kind_is(
    alice: Membership, stages: list[Stage], type_: str, stored: object, asked: tuple[str, object], holds: bool
) -> None:
    field = make_field(alice, type_, options=("red", "blue") if "list" in type_ else ())
    lead = make_lead(stages[0], custom_fields={str(field.number): stored})
    op, value = asked
    checked = checked_conditions([Condition("field", "lead", op, field_number=field.number, value=value)])
    assert read_conditions([one.to_json() for one in checked]) == checked
    assert Judge(checked).holds_for_lead(lead) is holds


@pytest.mark.rule("M31")
def test_tag_and_field_of_the_lead_decide_and_those_of_contacts_choose(
    alice: Membership, stages: list[Stage], sales: Mailbox
) -> None:
    lead = make_lead(stages[0], make_person("Ann", "ann@c.example"), make_person("Ben", "ben@c.example"))
    set_tags(lead, ["hot"])
    set_tags(lead.contacts.get(first_name="Ben"), ["boss"])
    hot, boss = Tag.objects.get(name="hot"), Tag.objects.get(name="boss")
    wanted = [Condition("tag", "lead", "has", hot.pk), Condition("tag", "contact", "has", boss.pk)]
    action = make_action(alice, stages[1], make_template(alice), conditions=wanted)
    run = Run(stage_action=action, lead=lead, happened_at=lead.stage_since)
    lead.stage = stages[1]
    perform(run)
    assert sent_to() == [["ben@c.example"]]
    set_tags(lead, [])
    assert perform(run).reason == Reason.CONDITIONS


def test_tag_and_field_that_are_gone_hold_for_nobody(alice: Membership, stages: list[Stage]) -> None:
    lead = make_lead(stages[0])
    assert not Judge([Condition("tag", "lead", "has", 999)]).holds_for_lead(lead)
    assert not Judge([Condition("field", "lead", "empty", field_number=999)]).holds_for_lead(lead)
    assert Judge([Condition("tag", "company", "has_not", 999)]).holds_for_lead(lead), "it has no company, so no tag"


@pytest.mark.parametrize(
    ("type_", "op", "value"),
    [
        (Type.NUMERIC, "equals", "many"),
        (Type.NUMERIC, "contains", "7"),
        (Type.SWITCH, "equals", "1"),
        (Type.LIST, "equals", "green"),
        (Type.TEXT, "equals", ""),
        (Type.TEXT, "resembles", "x"),
    ],
)
def test_condition_that_makes_no_sense_is_refused(
    alice: Membership, stages: list[Stage], type_: str, op: str, value: str
) -> None:
    field = make_field(alice, type_, options=("red",) if type_ == Type.LIST else ())
    with pytest.raises(ValueRefused):
        checked_conditions([Condition("field", "lead", op, field_number=field.number, value=value)])
    with pytest.raises(ValueRefused):
        checked_conditions([Condition("field", "contact", "filled", field_number=field.number)])
