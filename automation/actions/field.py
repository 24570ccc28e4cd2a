"""A field of a card changes (M68). A wrong value leaves the card alone, and the run says why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from accounts import live
from automation.field_values import columns_of, find_field, write_field
from automation.outcomes import Outcome, done, failed
from automation.reasons import Reason
from automation.subjects import Ended, Subject, card_of
from automation.words import put_words
from crm.errors import ValueRefused
from crm.models import Card
from pages.errors import PageNotFound
from pages.links import link_for

_PAGE = re.compile(r"\{web:(\d{1,9})\}")


def perform(subject: Subject, settings: Mapping[str, Any]) -> Outcome:
    card = card_of(subject, settings["entity"])
    field = find_field(settings["entity"], settings["field"])
    if field is None:
        return failed(Reason.FIELD_GONE)
    named = {"card": settings["entity"], "card_id": card.pk, "field": str(field.label)}
    value = put_words(_with_pages(settings["value"], card), subject)
    # As it is now: what others save meanwhile stays.
    held = type(card).objects.select_for_update(no_key=True, of=("self",)).get(pk=card.pk)
    try:
        write_field(held, field, value, today=timezone.localdate(subject.now))
    except ValueRefused as error:
        # With words of a letter in it, the message is for those who read that letter; a run has other readers too.
        message = error.message if value == settings["value"] else ""
        return failed(Reason.VALUE_REFUSED, field=str(field.label), message=message)
    held.save(update_fields=columns_of(held, field))
    live.publish(settings["entity"], everyone=True)
    return done(**named)


def _with_pages(value: str, card: Card) -> str:
    """{web:3} becomes the address of that page for this card (M118)."""

    def address(found: re.Match[str]) -> str:
        try:
            return link_for(int(found[1]), card=card)
        except PageNotFound:
            raise Ended(failed(Reason.PAGE_GONE, number=int(found[1]))) from None

    return _PAGE.sub(address, value)
