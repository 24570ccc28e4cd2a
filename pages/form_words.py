"""Why a value of a form was not written, and the note about all that was sent, in the account's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.notes import MAX_TEXT

MAX_VALUE_CHARS = 2_000  # of one value in the note


class Reason(StrEnum):
    """Stored with the answer; the words are made when they are read."""

    NOT_IN_FORM = "not_in_form"
    NO_SUCH_FIELD = "no_such_field"
    NO_CARD = "no_card"
    BAD_VALUE = "bad_value"
    TRAP = "trap"


WORDS: Mapping[str, str | Promise] = {
    Reason.NOT_IN_FORM: gettext_lazy("The form has no such field."),
    Reason.NO_SUCH_FIELD: gettext_lazy("The cards have no such field."),
    Reason.NO_CARD: gettext_lazy("There is no card for it."),
    Reason.BAD_VALUE: gettext_lazy("The field does not take this value."),
    Reason.TRAP: gettext_lazy("A field was filled in that people do not see."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One field as it was sent. Without a reason it was written to a card."""

    name: str
    label: str
    text: str
    reason: Reason | None = None


def reason_words(reason: str) -> str:
    """A reason that is no longer known shows its code: history is not hidden."""
    return str(WORDS.get(reason, reason))


def note_text(page_name: str, lines: Sequence[Line]) -> str:
    """All that was sent. Nothing of the letter: not everybody who sees the card may see that."""
    head = _("The form on the page “%(name)s” was filled in.") % {"name": page_name} if page_name else ""
    written = [f"{line.label}: {_short(line.text)}" for line in lines if line.reason is None]
    refused = [f"{line.label}: {_short(line.text)} ({reason_words(line.reason)})" for line in lines if line.reason]
    parts = [head or _("The form in a letter was filled in."), *written]
    if refused:
        parts += ["", _("Not saved in a field:"), *refused]
    text = "\n".join(parts)
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"


def _short(text: str) -> str:
    return text if len(text) <= MAX_VALUE_CHARS else f"{text[:MAX_VALUE_CHARS]}…"
