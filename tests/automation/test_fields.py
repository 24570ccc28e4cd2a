"""Fields that a trigger changes, of every kind (M68)."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import Account, Membership
from crm.custom_fields import FieldValues, create_field
from crm.models import Contact, Lead, Stage
from letter_templates.errors import ValueRefused
from mailboxes.models import Mailbox
from pages.models import Page, PageLink
from tests.automation.letters import carry_out, ended, make_trigger, send
from tests.automation.stages import make_lead, make_person


@pytest.fixture
def ann(stages: list[Stage]) -> Contact:
    return make_person("Ann", "ann@client.example")


@pytest.fixture
def boat(stages: list[Stage], ann: Contact) -> Lead:
    return make_lead(stages[0], ann)


TODAY = timezone.now().date().isoformat()
KINDS: list[tuple[str, list[str], str, object]] = [
    ("text", [], "for {subject}", "for Your offer"),
    ("numeric", [], "12.5", 12.5),
    ("list", ["Red", "Blue"], "blue", "Blue"),
    ("multilist", ["Red", "Blue"], "Blue", ["Red", "Blue"]),
    ("switch", [], "1", True),
    ("date", [], "2018-08-29", "2018-08-29"),
    ("date", [], "{date}", TODAY),
]


@pytest.mark.rule("M68")
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind[0])
def test_a_field_of_the_account_is_filled_and_cleared(
    alice: Membership, sales: Mailbox, ann: Contact, boat: Lead, kind: tuple[str, list[str], str, object]
) -> None:
    type_, options, value, stored = kind
    field = create_field(alice, FieldValues("lead", "Colour", type_, options=options))
    key = str(field.number)
    if type_ == "multilist":
        Lead.objects.update(custom_values={key: ["Red"]})
    fill = make_trigger(alice, "field", entity="lead", field=key, value=value)
    clear = make_trigger(alice, "field", "Clear", entity="lead", field=key, value="{reset}")
    send(alice, sales, ann, lead=boat, sent=(fill.pk,))
    carry_out()
    assert Lead.objects.get(pk=boat.pk).custom_values == {key: stored}
    send(alice, sales, ann, lead=boat, sent=(clear.pk,))
    carry_out()
    assert Lead.objects.get(pk=boat.pk).custom_values == {}


@pytest.mark.rule("M68")
def test_a_choice_is_added_beside_one_that_was_taken_away(
    alice: Membership, sales: Mailbox, ann: Contact, boat: Lead
) -> None:
    field = create_field(alice, FieldValues("lead", "Colours", "multilist", options=["Red", "Blue"]))
    Lead.objects.update(custom_values={str(field.number): ["Green"]})
    add = make_trigger(alice, "field", entity="lead", field=field.code, value="blue")
    send(alice, sales, ann, lead=boat, sent=(add.pk,))
    carry_out()
    assert Lead.objects.get(pk=boat.pk).custom_values == {str(field.number): ["Blue", "Green"]}


@pytest.mark.rule("M33", "M68")
@pytest.mark.parametrize(
    ("type_", "value"), [("numeric", "many"), ("list", "Green"), ("switch", "x"), ("date", "soon")]
)
def test_a_wrong_value_leaves_the_card_alone_and_the_run_says_why(
    alice: Membership, sales: Mailbox, ann: Contact, boat: Lead, type_: str, value: str
) -> None:
    options = ["Red"] if type_ == "list" else []
    field = create_field(alice, FieldValues("lead", "Colour", type_, options=options))
    trigger = make_trigger(alice, "field", entity="lead", field=field.code, value=value)
    send(alice, sales, ann, lead=boat, sent=(trigger.pk,))
    carry_out()
    assert Lead.objects.get(pk=boat.pk).custom_values == {}
    assert ended() == [("sent", "failed", "value_refused")]


@pytest.mark.rule("M68")
def test_what_every_card_has_is_changed_too(alice: Membership, sales: Mailbox, ann: Contact, boat: Lead) -> None:
    price = make_trigger(alice, "field", "Price", entity="lead", field="price", value="1500")
    name = make_trigger(alice, "field", "Name", entity="contact", field="last_name", value="Archer")
    send(alice, sales, ann, lead=boat, sent=(price.pk, name.pk))
    carry_out()
    assert Lead.objects.get(pk=boat.pk).price == 1500
    assert Contact.objects.get(pk=ann.pk).name == "Ann Archer"


@pytest.mark.rule("M68", "M118")
def test_the_address_of_a_page_stands_on_the_card(alice: Membership, sales: Mailbox, ann: Contact, boat: Lead) -> None:
    page = Page.objects.create(number=1028, name="Offer", title="offer")
    field = create_field(alice, FieldValues("lead", "Page", "text"))
    trigger = make_trigger(alice, "field", entity="lead", field=str(field.number), value="{web:1028}")
    send(alice, sales, ann, lead=boat, sent=(trigger.pk,))
    carry_out()
    assert PageLink.objects.get().page == page
    assert "/p/" in Lead.objects.get(pk=boat.pk).custom_values[str(field.number)]


@pytest.mark.rule("M68")
def test_an_unknown_field_is_not_taken(alice: Membership, stages: list[Stage]) -> None:
    with pytest.raises(ValueRefused) as refused:
        make_trigger(alice, "field", entity="lead", field="999", value="x")
    assert refused.value.field == "settings.field"


@pytest.mark.rule("M68")
def test_a_field_given_by_code_or_name_is_kept_by_its_number(alice: Membership, in_account: Account) -> None:
    field = create_field(alice, FieldValues("lead", "Web page", "text", code="WEB"))
    for number, named in enumerate((str(field.number), "WEB", "Web page")):
        made = make_trigger(alice, "field", f"Fill {number}", entity="lead", field=named, value="x")
        assert made.settings["field"] == str(field.number)
    assert make_trigger(alice, "field", "Price", entity="lead", field="price", value="1").settings["field"] == "price"


@pytest.mark.rule("M68")
def test_a_name_that_two_fields_have_says_of_none(alice: Membership, in_account: Account) -> None:
    for code in ("A", "B"):
        create_field(alice, FieldValues("lead", "Colour", "text", code=code))
    create_field(alice, FieldValues("contact", "Size", "text"))
    for named in ("Colour", "Size"):
        with pytest.raises(ValueRefused, match="no such field"):
            make_trigger(alice, "field", entity="lead", field=named, value="x")
