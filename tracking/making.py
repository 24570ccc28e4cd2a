"""Making a letter or page known to the world: the row that counts, and one for each of its links."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from tracking.addresses import link_url
from tracking.models import Link, Tracked

MOST_LINKS = 500  # of a letter; what comes after them leads straight to where it leads


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link leads: to a web address, or as a trigger link says. A bait leads nowhere, and nobody sees it."""

    url: str = ""
    trigger_link_id: int | None = None
    is_bait: bool = False


BAIT = Target(is_bait=True)


@transaction.atomic
def add_links(tracked: Tracked, targets: Iterable[Target]) -> dict[Target, str]:
    """The addresses of these links on our host, those that it has already included. A second call makes no second
    link: a letter may be made anew after a crash, a page is shown again and again.
    """
    Tracked.objects.select_for_update(no_key=True).get(pk=tracked.pk)
    known = list(tracked.links.order_by("position"))
    ids = {_target_of(link): link.pk for link in known}
    wanted = dict.fromkeys(target for target in targets if target not in ids)
    first = known[-1].position + 1 if known else 1
    room = max(0, MOST_LINKS - len(known))
    made = Link.objects.bulk_create(
        _link(tracked, number, target) for number, target in enumerate([*wanted][:room], first)
    )
    ids.update((_target_of(link), link.pk) for link in made)
    if made and not tracked.has_links:
        tracked.has_links = True
        tracked.save(update_fields=["has_links"])
    return {target: link_url(link_id) for target, link_id in ids.items()}


def links_of(tracked_id: int) -> dict[Target, str]:
    """The addresses of the links that it has."""
    return {_target_of(link): link_url(link.pk) for link in Link.objects.filter(tracked=tracked_id)}


def _link(tracked: Tracked, position: int, target: Target) -> Link:
    return Link(
        tracked=tracked,
        position=position,
        target_url=target.url,
        trigger_link_id=target.trigger_link_id,
        is_bait=target.is_bait,
    )


def _target_of(link: Link) -> Target:
    return Target(link.target_url, link.trigger_link_id, link.is_bait)
