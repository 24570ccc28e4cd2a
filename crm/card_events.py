"""What happens to a card, written down for its timeline. The words are made when it is shown: web.card_event_words."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from accounts.models import Membership
from crm.cards import on_card
from crm.models import Card, CardEvent

Fact = str | int | bool | None


class EventKind(StrEnum):
    """Each has its words in web.card_event_words. In brackets its facts: names of then, because rows may go."""

    CREATED = "created"  # (how: one of HOW)
    MOVED = "moved"  # a lead to another stage (from, to: names)
    RESPONSIBLE = "responsible"  # (name, "" for nobody)
    MERGED = "merged"  # others became this contact (names)
    UNMERGED = "unmerged"  # and were taken apart again (names)
    UNSUBSCRIBED = "unsubscribed"  # the person wants no more mailings (address)
    SUBSCRIBED = "subscribed"  # and wants them again (address)
    LEAD_MADE = "lead_made"  # of this contact (how: one of HOW, lead: id, name)


HOW = (
    "by_hand",
    "api",
    "import",
    "reply",
    "smart_address",
    "mailbox",
    "form",
    "trigger",
)  # ways in which cards come about


def note_event(card: Card, kind: EventKind, *, actor: Membership | None = None, **facts: Fact) -> CardEvent:
    """One line, in the caller's transaction. No actor: a rule of the account did it. Facts are ids and names of the
    CRM, nothing of letters: not everybody who sees the card may see those.
    """
    return CardEvent.objects.create(**on_card(card), kind=kind, actor=actor, facts=facts)


def note_events(
    cards: Iterable[Card], kind: EventKind, *, actor: Membership | None = None, **facts: Fact
) -> list[CardEvent]:
    """The same line on many cards, in one statement."""
    rows = [CardEvent(**on_card(card), kind=kind, actor=actor, facts=facts) for card in cards]
    return CardEvent.objects.bulk_create(rows, batch_size=1000)


def note_responsible(card: Card, before: int | None, actor: Membership | None) -> None:
    """Who is responsible now, when that is somebody else than before."""
    if card.responsible_id != before:
        note_event(card, EventKind.RESPONSIBLE, actor=actor, name=card.responsible.name if card.responsible else "")
