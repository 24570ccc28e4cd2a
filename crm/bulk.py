"""Changes of many cards at once: those that somebody ticked, or all that a list has. Tags are in crm.tags, moves to
another stage in crm.leads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts import live
from accounts.audit import record
from accounts.models import Membership
from crm.card_events import EventKind, note_events
from crm.card_lists import MODELS, ListFilter, list_cards, ordering_of

MOST = 2_000  # cards: more are not changed within a request


def chosen_cards(kind: str, chosen: Sequence[int] | ListFilter) -> QuerySet[Any]:
    """At most MOST cards of a kind: by their ids, or all of a list, its first ones."""
    rows = MODELS[kind].objects.all()
    if isinstance(chosen, ListFilter):
        listed = list_cards(kind, chosen).order_by(*ordering_of(kind, ""))
        return rows.filter(pk__in=list(listed.values_list("pk", flat=True)[:MOST]))
    return rows.filter(pk__in=chosen[:MOST])


@transaction.atomic
def make_responsible(member: Membership, cards: QuerySet[Any], person: Membership | None) -> int:
    """The number of cards that were another's. Each has a line on its card."""
    held = list(cards.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    others = [card for card in held if card.responsible_id != (person.pk if person else None)]
    cards.model.objects.filter(pk__in=[card.pk for card in others]).update(responsible=person)
    note_events(others, EventKind.RESPONSIBLE, actor=member, name=person.name if person else "")
    return len(others)


@transaction.atomic
def delete_cards(member: Membership, cards: QuerySet[Any]) -> int:
    """The number of those that were there. Letters stay in Mail. Each is written down as if deleted by itself."""
    found = list(cards.order_by("pk"))
    for card in found:
        record(member, f"{card._meta.model_name}.deleted", target=card)
    cards.model.objects.filter(pk__in=[card.pk for card in found]).delete()
    live.publish("lead", everyone=True)
    return len(found)
