"""How a mailbox is doing, in a dot, a few words and an advice."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from mailboxes.advice import advice_for
from mailboxes.models import Mailbox

TONES = {
    Mailbox.State.IMPORTING: "busy",
    Mailbox.State.SYNCING: "busy",
    Mailbox.State.SYNCED: "good",
    Mailbox.State.NEEDS_LOGIN: "bad",
    Mailbox.State.ERROR: "bad",
}


@dataclass(frozen=True)
class Health:
    """`what` and `do` are empty while all is well; `reply` is the server's own text."""

    tone: str
    words: str
    detail: str = ""  # how far the import is
    what: str | Promise = ""
    do: str | Promise = ""
    reply: str = ""

    @property
    def is_importing(self) -> bool:
        return self.tone == "busy"


def health_of(mailbox: Mailbox) -> Health:
    words, tone, detail = _words(mailbox), _tone(mailbox), _import_words(mailbox)
    advice = advice_for(mailbox.error_code)
    if advice is None:
        return Health(tone, words, detail)
    # A first fault is tried again without a word in red: the state says when people are needed.
    return Health(tone if tone == "bad" else "warn", words, detail, advice.what, advice.do, mailbox.error_detail)


def _tone(mailbox: Mailbox) -> str:
    """A mailbox that only sends has no color of its own: neither well nor ill."""
    return TONES[Mailbox.State(mailbox.state)] if mailbox.can_receive else ""


def _words(mailbox: Mailbox) -> str:
    if not mailbox.can_receive:
        return _("Send only")
    if mailbox.state == Mailbox.State.SYNCED and mailbox.status == Mailbox.Status.GREEN:
        return _("Works")
    return str(mailbox.get_state_display())


def _import_words(mailbox: Mailbox) -> str:
    if not mailbox.import_total:
        return _("Counting letters")
    return _("%(done)s of %(total)s letters") % {"done": mailbox.import_done, "total": mailbox.import_total}
