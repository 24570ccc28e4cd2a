"""Mailings in words: their states, why one waits, and their results as a table whose rows have bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outbox import mailing_states
from outbox.mailing_results import Results
from outbox.models import Mailing

TONES: Mapping[str, str] = {
    "draft": "slate",
    "running": "blue",
    "paused": "amber",
    "done": "green",
    "canceled": "slate",
}
PAUSED: Mapping[str, str | Promise] = {
    mailing_states.BOUNCES: _(
        "More than one letter in twenty came back. That harms the name of the sender: take bad addresses off the list "
        "before it goes on. If you resume it, it is not stopped for this again."
    ),
    mailing_states.SENDER: _("Its sender may not be used any more: the mailbox was disconnected, or taken away."),
    mailing_states.AUTHOR_LEFT: _("Its author may not send any more. Make a mailing of your own, or cancel this one."),
    mailing_states.NO_MAILER: _("Its author may not use the Mailer any more. An administrator can allow it again."),
    mailing_states.REFUSED: _("Its letters could not be made: a file or the sender is not there any more."),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: a number, and its part of the longest bar in percent."""

    label: str | Promise
    count: int
    percent: int
    tone: str = ""

    @property
    def width(self) -> int:
        return min(100, self.percent)


_ROWS: Sequence[tuple[str, str | Promise, str]] = (
    ("waiting", _("Waiting"), ""),
    ("on_their_way", _("On their way"), ""),
    ("sent", pgettext_lazy("letters", "Sent"), "good"),
    ("opened", _("Opened"), "good"),
    ("clicked", _("Followed a link"), "good"),
    ("replied", _("Answered"), "good"),
    ("unsubscribed", _("Unsubscribed"), "warn"),
    ("bounced", _("Came back"), "bad"),
    ("failed", _("Not sent"), "bad"),
    ("unknown", _("May have been sent"), "warn"),
    ("canceled", pgettext_lazy("letters", "Canceled"), ""),
    ("left_out", _("Left out"), ""),
)
_ALWAYS = ("sent", "opened", "clicked", "replied", "unsubscribed", "bounced", "failed")


def bars_of(results: Results) -> list[Bar]:
    """What nobody is in is left out, unless people look for it."""
    counts = {name: int(getattr(results, name)) for name, _label, _tone in _ROWS}
    all_of_them = sum(counts[name] for name in ("waiting", "on_their_way", "sent", "failed", "unknown", "canceled"))
    whole = max(1, all_of_them + counts["left_out"])
    return [
        Bar(label, counts[name], round(100 * counts[name] / whole), tone)
        for name, label, tone in _ROWS
        if counts[name] or name in _ALWAYS
    ]


def pause_words(mailing: Mailing) -> str | Promise:
    """Why it was paused by itself; "" when a person did it."""
    return PAUSED.get(mailing.pause_reason, "") if mailing.state == Mailing.State.PAUSED else ""
