"""Which triggers a letter starts, and when (M17, M47). Templates, drafts, letters and mailings keep it as JSON:

    {"sent": [4], "opened": [7, 9], "not_opened": {"after_seconds": 86400, "triggers": [12]}, "failed": []}

The numbers are ids of triggers, which a room above keeps: here they are only carried along. {} is none at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeGuard

from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.mailer import may_use_mailer
from accounts.models import Membership

LEAST_SECONDS = 60  # M62
MOST_SECONDS = 10 * 366 * 24 * 3600
MOST_TRIGGERS = 20  # of one event
USUAL_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class TriggerChoice:
    """Ids of triggers by what starts them; `not_opened_after` in seconds."""

    sent: tuple[int, ...] = ()
    opened: tuple[int, ...] = ()
    not_opened: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()
    not_opened_after: int = USUAL_SECONDS

    def __bool__(self) -> bool:
        return any(ids for _event, ids in self)

    def __iter__(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """By event, in the order of a letter's life."""
        yield from (
            ("sent", self.sent),
            ("opened", self.opened),
            ("not_opened", self.not_opened),
            ("failed", self.failed),
        )

    def translated(self, ids: Mapping[int, int]) -> Self:
        """With what stands there for each id; one without is left out."""
        known = {event: tuple(ids[one] for one in chosen if one in ids) for event, chosen in self}
        return type(self)(**known, not_opened_after=self.not_opened_after)

    def to_json(self) -> dict[str, Any]:
        """{} for none, so that rows without triggers are told apart by an index."""
        stored: dict[str, Any] = {event: list(ids) for event, ids in self if ids and event != "not_opened"}
        if self.not_opened:
            stored["not_opened"] = {"after_seconds": self.not_opened_after, "triggers": list(self.not_opened)}
        return stored


NO_TRIGGERS = TriggerChoice()


def check_may_choose(member: Membership, choice: TriggerChoice) -> None:
    """Whether the member may choose any at all. Raises NotAllowed (M01)."""
    if choice and not may_use_mailer(member):
        raise NotAllowed(_("Only those who use the Mailer choose triggers. Ask an administrator."))


def read_choice(stored: Mapping[str, Any]) -> TriggerChoice:
    """What `to_json` wrote."""
    waiting = stored.get("not_opened") or {}
    return TriggerChoice(
        sent=tuple(stored.get("sent", ())),
        opened=tuple(stored.get("opened", ())),
        not_opened=tuple(waiting.get("triggers", ())),
        failed=tuple(stored.get("failed", ())),
        not_opened_after=int(waiting.get("after_seconds", USUAL_SECONDS)),
    )


def read_strange(given: Any) -> TriggerChoice:  # noqa: ANN401  (JSON)
    """What somebody else's file says it wrote: whatever is no number in its place counts as left out."""
    found = given if isinstance(given, dict) else {}
    waiting = found.get("not_opened")
    waiting = waiting if isinstance(waiting, dict) else {}
    seconds = waiting.get("after_seconds")
    return TriggerChoice(
        sent=_numbers(found.get("sent")),
        opened=_numbers(found.get("opened")),
        not_opened=_numbers(waiting.get("triggers")),
        failed=_numbers(found.get("failed")),
        not_opened_after=max(LEAST_SECONDS, min(seconds, MOST_SECONDS)) if _is_number(seconds) else USUAL_SECONDS,
    )


def _numbers(given: Any) -> tuple[int, ...]:  # noqa: ANN401  (JSON)
    return tuple(filter(_is_number, given))[:MOST_TRIGGERS] if isinstance(given, list) else ()


def _is_number(given: Any) -> TypeGuard[int]:  # noqa: ANN401  (JSON)
    return isinstance(given, int) and not isinstance(given, bool)
