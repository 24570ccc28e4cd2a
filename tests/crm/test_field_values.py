"""What is filled in on an account's own fields: each type takes its values and says what is wrong with others."""

from __future__ import annotations

import pytest
from django.utils import translation

from accounts.models import Membership
from crm.contacts import ContactValues, change_contact, create_contact
from crm.custom_fields import FieldValues, create_field
from crm.errors import ValueRefused
from crm.field_values import checked_value, text_of, texts_of
from crm.models import CustomField

COLORS = ["Red", "Blue"]


def field(type: str) -> CustomField:
    return CustomField(account_id=1, number=7, name="Own", type=type, options=COLORS)


@pytest.mark.parametrize(
    ("type", "given", "stored", "text"),
    [
        ("text", "  two\nlines ", "two\nlines", "two\nlines"),
        ("text", 12, "12", "12"),
        ("numeric", "1 234,50", 1234.5, "1,234.5"),
        ("numeric", 7.0, 7, "7"),
        ("list", "red", "Red", "Red"),
        ("multilist", ["blue", "Red", "blue"], ["Red", "Blue"], "Red, Blue"),
        ("multilist", "Blue", ["Blue"], "Blue"),
        ("switch", "1", True, "Yes"),
        ("switch", 0, None, ""),
        ("flag", True, True, "Yes"),
        ("date", " 2026-11-22 ", "2026-11-22", "Nov. 22, 2026"),
        ("text", "", None, ""),
        ("list", None, None, ""),
    ],
)
def test_a_value_is_stored_and_read(type: str, given: object, stored: object, text: str) -> None:
    with translation.override("en"):
        assert checked_value(field(type), given) == stored
        assert text_of(field(type), stored) == text


@pytest.mark.parametrize(
    ("type", "given"),
    [
        ("numeric", "many"),
        ("numeric", "nan"),
        ("numeric", "1e400"),
        ("numeric", True),
        ("numeric", ["1"]),
        ("list", "green"),
        ("multilist", ["Red", "green"]),
        ("switch", "perhaps"),
        ("date", "22.11.2026"),
        ("date", "2026-02-30"),
        ("text", {"a": "b"}),
        ("text", "x" * 10_001),
    ],
)
def test_a_wrong_value_is_refused_by_name(type: str, given: object) -> None:
    with pytest.raises(ValueRefused) as refused:
        checked_value(field(type), given)
    assert refused.value.field == "custom_fields.7"
    assert refused.value.message.startswith("Own: ")


@pytest.mark.usefixtures("in_account")
def test_only_what_is_sent_changes(alice: Membership) -> None:
    one = create_field(alice, FieldValues("contact", "One", "text"))
    two = create_field(alice, FieldValues("contact", "Two", "numeric"))
    contact = create_contact(ContactValues("Ann", custom_fields={str(one.number): "a", str(two.number): "2"}))
    assert texts_of(contact.custom_values, [one, two]) == {"one": "a", "two": "2"}
    contact = change_contact(contact, ContactValues("Ann", custom_fields={str(one.number): None}))
    assert contact.custom_values == {str(two.number): 2}
    other = create_field(alice, FieldValues("lead", "Of leads", "text"))
    with pytest.raises(ValueRefused):
        change_contact(contact, ContactValues("Ann", custom_fields={str(other.number): "x"}))
