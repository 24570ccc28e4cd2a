"""What the four kinds of cards have in common."""

from __future__ import annotations

from crm.models import Card, Company, Contact, Customer, Lead, OnCard

_TYPES: dict[type, str] = {Contact: "contact", Company: "company", Lead: "lead", Customer: "customer"}


def type_of(card: Card) -> str:
    """One of crm.models.CARDS."""
    return _TYPES[type(card)]


def on_card(card: Card) -> dict[str, Card]:
    """What makes a row of an OnCard belong to this card, and finds its rows: `Note.objects.filter(**on_card(card))`."""
    return {type_of(card): card}


def key_of(row: OnCard) -> tuple[str, int]:
    """Type and id of the card that the row hangs on; no query."""
    return row.card_type, getattr(row, f"{row.card_type}_id")
