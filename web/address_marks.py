"""Addresses of cards with what is wrong with them: asked once for all that a page shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crm.models import Card, Company, Contact
from mailkit.addresses import email_key
from outbox.suppression import marks_of


@dataclass(frozen=True, slots=True)
class Address:
    """An address on a card; `mark` is "bounced" or "unsubscribed" when letters to it are no good."""

    email: str
    mark: str


def addresses_of(card: Card) -> Sequence[Address]:
    """Of a contact or a company, in their order."""
    return marked(_emails_of(card))


def marked(emails: Sequence[str]) -> Sequence[Address]:
    marks = marks_of(emails)
    return [Address(email, marks.get(email_key(email), "")) for email in emails]


def marks_on(cards: Iterable[Card]) -> Mapping[str, str]:
    """Of all their addresses that have one, by the address as it is written."""
    marks = marked([email for card in cards for email in _emails_of(card)])
    return {address.email: address.mark for address in marks if address.mark}


def _emails_of(card: Card) -> Sequence[str]:
    if isinstance(card, Contact):
        return [row.email for row in card.emails.all()]
    return card.emails if isinstance(card, Company) else []
