"""A note on the lead, else on the contact (M66)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automation.outcomes import Outcome, done
from automation.subjects import Subject, main_card
from automation.words import fill_in
from crm.cards import type_of
from crm.notes import MAX_TEXT, create_note


def perform(subject: Subject, settings: Mapping[str, Any]) -> Outcome:
    card = main_card(subject)
    text = fill_in(settings["text"], subject)[:MAX_TEXT]
    if text.strip():
        create_note(card, text, author=None)
    return done(card=type_of(card), card_id=card.pk)
