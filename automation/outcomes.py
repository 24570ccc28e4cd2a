"""What became of a run. Actions return one; automation.running writes it down in their transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from automation.models import Run

State = Run.State


@dataclass(frozen=True, slots=True)
class Outcome:
    """`detail` is JSON: ids and names of the account, nothing of letters or of people outside. With `again_at` the run
    goes on waiting until then.
    """

    state: Run.State
    reason: str = ""  # one of automation.reasons; "" when it is done
    detail: Mapping[str, Any] = field(default_factory=dict)
    made_mail_id: int | None = None
    again_at: datetime | None = None


def done(*, made_mail_id: int | None = None, **detail: Any) -> Outcome:
    return Outcome(State.DONE, detail=detail, made_mail_id=made_mail_id)


def skipped(reason: str, **detail: Any) -> Outcome:
    """It did nothing, as it should."""
    return Outcome(State.SKIPPED, reason, detail)


def failed(reason: str, **detail: Any) -> Outcome:
    """It could not be done; trying again would not help."""
    return Outcome(State.FAILED, reason, detail)


def not_yet(again_at: datetime) -> Outcome:
    return Outcome(State.WAITING, again_at=again_at)
