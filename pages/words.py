"""The words {triggerlink:8}, {weblink} and {unsubscribelink} in a page: what they become (M81, M116)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from django.db import transaction
from django.db.models import Max

from tracking.addresses import link_url
from tracking.models import Link, Tracked, TriggerLink

# Link editors escape what stands in an address.
_TRIGGER_LINK = re.compile(r"(?:\{|%7B)triggerlink(?::|%3A)([0-9]{1,9})(?:\}|%7D)", re.IGNORECASE)
_UNSUBSCRIBE = re.compile(r"\{unsubscribelink\}", re.IGNORECASE)
_WEB = re.compile(r"\{weblink\}", re.IGNORECASE)


def numbers_in(text: str) -> set[int]:
    """The trigger links that it names."""
    return {int(found) for found in _TRIGGER_LINK.findall(text)}


def fill_in(html: str, tracked: Tracked, *, own_url: str) -> str:
    """A page is no letter: nobody unsubscribes from it. A trigger link that is gone leads to the page itself."""
    urls = _urls(tracked, numbers_in(html))
    filled = _TRIGGER_LINK.sub(lambda found: urls.get(int(found[1]), own_url), html)
    return _WEB.sub(own_url, _UNSUBSCRIBE.sub(own_url, filled))


def fill_in_preview(html: str) -> str:
    """Links that lead nowhere: a look at a page is no visit."""
    return _WEB.sub("#", _UNSUBSCRIBE.sub("#", _TRIGGER_LINK.sub("#", html)))


def _urls(tracked: Tracked, numbers: Collection[int]) -> Mapping[int, str]:
    rows = {row.pk: row.number for row in TriggerLink.objects.filter(number__in=numbers)} if numbers else {}
    links = _links(tracked, rows) if rows else []
    return {rows[row_id]: link_url(link_id) for link_id, row_id in links}


def _links(tracked: Tracked, wanted: Collection[int]) -> list[tuple[int, int]]:
    """Ids of links with those of their trigger links. They stay the same however often the page is shown."""
    known = Link.objects.filter(tracked=tracked, trigger_link__in=wanted)
    found = list(known.values_list("pk", "trigger_link_id"))
    if len(found) == len(wanted):
        return found
    with transaction.atomic():
        Tracked.objects.select_for_update(no_key=True).get(pk=tracked.pk)  # two who show it at once
        there = set(known.values_list("trigger_link_id", flat=True))
        last = Link.objects.filter(tracked=tracked).aggregate(last=Max("position"))["last"] or 0
        missing = sorted(set(wanted) - there)
        Link.objects.bulk_create(
            Link(tracked=tracked, position=last + place, trigger_link_id=row_id)
            for place, row_id in enumerate(missing, start=1)
        )
    return list(known.values_list("pk", "trigger_link_id"))
