"""Fields of a card that are changed where they stand, one at a time, by the forms that change the whole card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import QueryDict

from crm.cards import type_of
from crm.errors import CardNotFound
from crm.models import Card
from web.forms.crm import CardForm, CompanyForm, ContactForm, CustomerForm, LeadForm

FORMS: dict[str, Any] = {
    "contact": ContactForm,
    "company": CompanyForm,
    "lead": LeadForm,
    "customer": CustomerForm,
}
# In the order of the card, without the account's own, which follow. A lead's stage has a menu of its own.
FIELDS: dict[str, Sequence[str]] = {
    "contact": ("name", "emails", "phones", "company", "responsible", "store"),
    "company": ("name", "emails", "phones", "responsible"),
    "lead": ("name", "price", "company", "responsible", "contacts"),
    "customer": ("name", "next_purchase_at", "company", "responsible", "contacts"),
}
_NAME_OF_CONTACT = ("first_name", "last_name")


def inputs_of(card_type: str, name: str) -> Sequence[str]:
    return _NAME_OF_CONTACT if (card_type, name) == ("contact", "name") else (name,)


def field_form(card: Card, name: str, typed: QueryDict | None = None) -> CardForm:
    """With the inputs of this field alone: one of FIELDS, or the input's name of a field of the account's own. Raises
    CardNotFound for what is no field of this card.
    """
    card_type = type_of(card)
    kind = FORMS[card_type]
    form: CardForm = kind(typed, initial=kind.initial_of(card))
    own = {input_.name for input_ in form.own_inputs}
    if name not in own and name not in FIELDS[card_type]:
        raise CardNotFound
    form.keep(inputs_of(card_type, name))
    if not form.fields:
        raise CardNotFound
    return form
