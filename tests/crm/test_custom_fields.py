"""Fields of an account's own: who keeps them, how they are named."""

from __future__ import annotations

import pytest

from accounts.errors import NotAllowed
from accounts.models import Membership
from crm.contacts import ContactValues, create_contact
from crm.custom_fields import FieldValues, change_field, create_field, delete_field, fields_of
from crm.errors import ValueRefused
from crm.models import Contact, CustomField

pytestmark = pytest.mark.usefixtures("in_account")


def values(name: str = "Budget", *, type: str = "text", **rest: object) -> FieldValues:
    return FieldValues(**{"entity": "contact", "name": name, "type": type, **rest})  # type: ignore[arg-type]


def test_a_field_gets_a_number_and_a_code(alice: Membership) -> None:
    first, second = create_field(alice, values("Delivery date", type="date")), create_field(alice, values("Бюджет"))
    assert (first.number, first.code) == (1, "delivery_date")
    assert (second.number, second.code) == (2, "field_2")
    assert fields_of("contact") == [first, second]


def test_a_number_is_never_given_again(alice: Membership) -> None:
    create_field(alice, values(number=657261))
    last = create_field(alice, values("Next"))
    assert last.number == 657262
    delete_field(alice, last)
    assert create_field(alice, values("After")).number == 657263


def test_a_chosen_number_or_code_must_be_free(alice: Membership) -> None:
    create_field(alice, values(number=8, code="BUDGET"))
    for taken in (values("Other", number=8), values("Other", code="budget"), values("Other", code="1st"), values(" ")):
        with pytest.raises(ValueRefused):
            create_field(alice, taken)
    assert create_field(alice, values("Same code", entity="lead", code="BUDGET")).code == "BUDGET"


def test_a_list_needs_choices(alice: Membership) -> None:
    with pytest.raises(ValueRefused) as refused:
        create_field(alice, values(type="list", options=["", " "]))
    assert refused.value.field == "options"
    field = create_field(alice, values(type="multilist", options=["Red", " Red", "Blue  sky"]))
    assert field.options == ["Red", "Blue sky"]


def test_what_letters_name_it_by_stays(alice: Membership) -> None:
    field = create_field(alice, values())
    assert change_field(alice, field, values("Money", number=field.number)).name == "Money"
    for change in (values(number=99), values(code="other"), values(type="date"), values(entity="lead")):
        with pytest.raises(ValueRefused):
            change_field(alice, field, change)


def test_what_was_filled_in_goes_with_the_field(alice: Membership) -> None:
    gone, kept = create_field(alice, values()), create_field(alice, values("Kept"))
    contact = create_contact(
        ContactValues(first_name="Ann", custom_fields={str(gone.number): "much", str(kept.number): "this"})
    )
    delete_field(alice, gone)
    assert Contact.objects.get(pk=contact.pk).custom_values == {str(kept.number): "this"}


@pytest.mark.rule("G11")
def test_only_administrators_keep_them(alice: Membership, bob: Membership) -> None:
    field = create_field(alice, values())
    for forbidden in (
        lambda: create_field(bob, values("x")),
        lambda: change_field(bob, field, values("y")),
        lambda: delete_field(bob, field),
    ):
        with pytest.raises(NotAllowed):
            forbidden()
    assert CustomField.objects.count() == 1
