"""The fields of a card as its page shows them: those that all accounts have, and the account's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from crm.cards import type_of
from crm.custom_fields import fields_of
from crm.field_values import text_of
from crm.models import Card, Contact, Customer, Lead, Store
from web.address_marks import addresses_of, marks_on
from web.forms import custom_fields
from web.forms.card_fields import FIELDS, FORMS

# What the reading template draws in a way of its own; the rest is text.
DRAWN = ("name", "emails", "phones", "company", "responsible", "store", "price", "next_purchase_at", "contacts")


@dataclass(frozen=True, slots=True)
class CardFact:
    """`drawn` is one of DRAWN, or "text" for a field of the account's own."""

    card: Card
    card_type: str
    name: str
    label: str | Promise
    drawn: str
    value: Any
    marks: Mapping[str, str] = field(default_factory=dict)  # of the addresses of people, see web.address_marks

    @property
    def edit_name(self) -> str:
        """The address of the whole form, for browsers without scripts."""
        return f"{self.card_type}_edit"

    @property
    def is_long(self) -> bool:
        """It stands in a panel of its own."""
        return self.drawn in ("name", "contacts")


def facts_of(card: Card) -> list[CardFact]:
    """In the order of the card, empty ones too: they are filled in here. A store only where the account has one."""
    has_store = not isinstance(card, Contact) or Store.objects.exists()
    names = [name for name in FIELDS[type_of(card)] if name != "store" or has_store]
    return [*(_fact(card, name) for name in names), *_own_facts(card)]


def fact_of(card: Card, name: str) -> CardFact:
    """One that facts_of() names."""
    return next(fact for fact in facts_of(card) if fact.name == name)


def _fact(card: Card, name: str) -> CardFact:
    fields = FORMS[type_of(card)].base_fields
    label, value = fields[name].label if name in fields else "", _value_of(card, name)
    return CardFact(card, type_of(card), name, label, name, value, marks_on(value) if name == "contacts" else {})


def _value_of(card: Card, name: str) -> Any:  # noqa: ANN401  (each field has its own)
    if name == "emails":
        return addresses_of(card)
    if isinstance(card, Lead | Customer) and name == "contacts":
        return list(card.contacts.prefetch_related("emails").order_by("name", "pk"))
    return getattr(card, name)


def _own_facts(card: Card) -> list[CardFact]:
    card_type = type_of(card)
    return [
        CardFact(
            card,
            card_type,
            custom_fields.name_of(field),
            field.name,
            "text",
            text_of(field, card.custom_values.get(str(field.number))),
        )
        for field in fields_of(card_type)
    ]
