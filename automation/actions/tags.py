"""Tags come and go (M71)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automation.outcomes import Outcome, done
from automation.subjects import Subject, card_of
from crm.tags import add_tags, remove_tags


def perform(subject: Subject, settings: Mapping[str, Any]) -> Outcome:
    card = card_of(subject, settings["entity"])
    rows = type(card).objects.filter(pk=card.pk)
    if settings["remove"]:
        remove_tags(rows, settings["remove"])
    if settings["add"]:
        add_tags(rows, settings["add"])
    return done(card=settings["entity"], card_id=card.pk, add=settings["add"], remove=settings["remove"])
