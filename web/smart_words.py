"""What became of letters to the smart addresses, and what is known of their senders, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smart_addresses.models import ArrivedLetter, RefusedLetter
from smart_addresses.outcomes import Outcome, Unreadable

State = ArrivedLetter.State
Text = str | Promise


@dataclass(frozen=True, slots=True)
class Said:
    """A color and a few words; `detail` tells why."""

    tone: str
    words: Text
    detail: Text = ""


OUTCOMES: Mapping[str, Said] = {
    Outcome.FILED: Said("good", gettext_lazy("Filed")),
    Outcome.CREATED: Said("good", gettext_lazy("Cards made")),
    Outcome.NOBODY: Said("", gettext_lazy("No card"), gettext_lazy("Nobody from outside stands in From, To or Cc.")),
    Outcome.HIDDEN_COPY: Said(
        "", gettext_lazy("No card"), gettext_lazy("A hidden copy: the address does not stand in To or Cc.")
    ),
    Outcome.AUTOMATIC: Said("", gettext_lazy("No card"), gettext_lazy("A program wrote it, not a person.")),
    Outcome.LOOP: Said("warn", gettext_lazy("No card"), gettext_lazy("It went round in circles between servers.")),
    Outcome.SENDER_NOT_ALLOWED: Said(
        "warn", gettext_lazy("No card"), gettext_lazy("Its sender may not write to the smart addresses.")
    ),
    Outcome.SENDER_NOT_VERIFIED: Said(
        "warn", gettext_lazy("No card"), gettext_lazy("Whoever sent it could not prove to be the sender it names.")
    ),
    Outcome.TOO_MANY: Said(
        "warn", gettext_lazy("No card"), gettext_lazy("Letters of strangers have made enough cards for one day.")
    ),
    Outcome.DELETED: Said("", gettext_lazy("Deleted"), gettext_lazy("It was here before, and was deleted for good.")),
    Unreadable.UNREADABLE: Said("bad", gettext_lazy("Set aside"), gettext_lazy("It could not be read.")),
    Unreadable.TOO_SLOW: Said("bad", gettext_lazy("Set aside"), gettext_lazy("Reading it took too long.")),
    Unreadable.GAVE_UP: Said("bad", gettext_lazy("Set aside"), gettext_lazy("Filing it failed again and again.")),
}
REFUSALS: Mapping[str, Text] = {
    "sender_not_allowed": gettext_lazy("Its sender may not write to the smart addresses."),
    "no_such_address": gettext_lazy("You have no such address: perhaps it was mistyped."),
    "too_large": gettext_lazy("It is too large."),
    "line_too_long": gettext_lazy("A line of it is too long for mail."),
    "bare_line_end": gettext_lazy("Its lines do not end as those of mail do."),
    "no_space": gettext_lazy("There was no space for it; its server tries again."),
}
RESULTS: Mapping[str, Text] = {
    "pass": gettext_lazy("passed"),
    "fail": gettext_lazy("failed"),
    "softfail": gettext_lazy("failed, weakly"),
    "neutral": gettext_lazy("says nothing"),
    "none": gettext_lazy("not set up"),
    "temperror": gettext_lazy("could not be asked"),
    "permerror": gettext_lazy("is set up wrongly"),
}


def outcome_of(letter: ArrivedLetter) -> Said:
    """A code that is no longer known shows itself: history is not hidden."""
    if letter.state == State.RECEIVED:
        return Said("busy", letter.get_state_display())
    if letter.state == State.DONE and letter.message_id is None:
        return OUTCOMES[Outcome.DELETED]
    return OUTCOMES.get(letter.outcome, Said("", letter.outcome))


def refusal_of(letter: RefusedLetter) -> Text:
    return REFUSALS.get(letter.code, letter.code)


def sender_check_of(letter: ArrivedLetter) -> Said | None:
    """None while it was not checked."""
    if not letter.dmarc:
        return None
    results = (("SPF", letter.spf), ("DKIM", letter.dkim), ("DMARC", letter.dmarc))
    detail = " · ".join(f"{name} {RESULTS.get(result, result)}" for name, result in results)
    if letter.is_verified:
        return Said("good", _("Sender verified"), detail)
    if "fail" in (letter.dmarc, letter.spf, letter.dkim):
        return Said("bad", _("The sender may be forged"), detail)
    return Said("warn", _("Sender not verified"), detail)
