"""How a mailbox is doing, in a dot, a few words and an advice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mailboxes.advice import advice_of
from mailboxes.models import Mailbox

TONES = {
    Mailbox.State.IMPORTING: "busy",
    Mailbox.State.SYNCING: "busy",
    Mailbox.State.SYNCED: "good",
    Mailbox.State.NEEDS_LOGIN: "bad",
    Mailbox.State.ERROR: "bad",
    Mailbox.State.PAUSED: "",
    Mailbox.State.DISCONNECTED: "",
    Mailbox.State.REMOVING: "",
}


@dataclass(frozen=True)
class OlderMail:
    """Letters on the server that were left out because of their age (K10)."""

    count: int
    is_loading: bool
    words: str
    whole: int  # with those that are here: where the bar ends


@dataclass(frozen=True)
class Health:
    """`what` and `do` are empty while all is well; `reply` is the server's own text."""

    tone: str
    words: str
    detail: str = ""  # how far the import is
    what: str | Promise = ""
    do: str | Promise = ""
    reply: str = ""
    older: OlderMail | None = None
    next_check_at: datetime | None = None
    is_regrouping: bool = False
    is_importing: bool = False
    is_unread: bool = False  # nothing comes in before it is mended

    @property
    def is_moving(self) -> bool:
        """Its counts change while one looks at them."""
        return self.is_importing or self.is_regrouping or (self.older is not None and self.older.is_loading)


def name_of(mailbox: Mailbox) -> str:
    """What people call it."""
    is_system = mailbox.kind == Mailbox.Kind.SYSTEM
    return str(mailbox.get_kind_display()) if is_system else mailbox.address


def health_of(mailbox: Mailbox) -> Health:
    advice = advice_of(mailbox)
    return Health(
        tone=tone_of(mailbox),
        words=_words(mailbox),
        detail=_import_words(mailbox),
        what=advice.what if advice else "",
        do=advice.do if advice else "",
        reply=mailbox.fault.detail if advice else "",
        older=older_mail_of(mailbox),
        next_check_at=_next_check(mailbox),
        is_regrouping=mailbox.needs_regrouping,
        is_importing=mailbox.can_receive and _tone_of_state(mailbox) == "busy",
        is_unread=_tone_of_state(mailbox) == "bad",
    )


def older_mail_of(mailbox: Mailbox) -> OlderMail | None:
    """None when nothing was left out, and while the first import goes on: it comes first."""
    count = mailbox.import_older
    if not count or not mailbox.can_receive or mailbox.imported_at is None:
        return None
    words = _loading_words(count) if mailbox.load_older else _older_words(count)
    return OlderMail(count, mailbox.load_older, words, mailbox.import_done + count)


def grouped(number: int) -> str:
    """4812 as people of this language write it: 4,812."""
    return number_format(number, force_grouping=True)


def _older_words(count: int) -> str:
    words = ngettext("%(count)s older letter is on the server", "%(count)s older letters are on the server", count)
    return words % {"count": grouped(count)}


def _loading_words(count: int) -> str:
    words = ngettext("Loading older mail: %(count)s left", "Loading older mail: %(count)s left", count)
    return words % {"count": grouped(count)}


def tone_of(mailbox: Mailbox) -> str:
    """A mailbox that only sends has no color while it can: neither well nor ill. A first fault is tried again without a
    word in red: state and status say when people are needed.
    """
    if _needs_people(mailbox):
        return "bad"
    if advice_of(mailbox):
        return "warn"
    has_news = mailbox.can_receive or mailbox.kind == Mailbox.Kind.SYSTEM
    return _tone_of_state(mailbox) if has_news else ""


def _tone_of_state(mailbox: Mailbox) -> str:
    return TONES[Mailbox.State(mailbox.state)]


def _needs_people(mailbox: Mailbox) -> bool:
    """Reading or sending does not work (M04)."""
    is_refused = mailbox.status == Mailbox.Status.RED and not mailbox.is_stopped
    return is_refused or _tone_of_state(mailbox) == "bad"


def state_words_of(mailbox: Mailbox) -> str:
    """How it is, in a few words; while it imports, how far."""
    is_importing = mailbox.state == Mailbox.State.IMPORTING and not _needs_people(mailbox)
    return _import_words(mailbox) if is_importing else _words(mailbox)


def _words(mailbox: Mailbox) -> str:
    if mailbox.is_stopped or _tone_of_state(mailbox) == "bad":
        return str(mailbox.get_state_display())
    if _needs_people(mailbox):  # while it is read: what was refused is sending
        return _("Cannot send")
    if mailbox.kind == Mailbox.Kind.SYSTEM:
        return _("Receives only")
    if not mailbox.can_receive:
        return _("Send only")
    if mailbox.state == Mailbox.State.SYNCED and not mailbox.error_code:
        return _("Works")
    return str(mailbox.get_state_display())


def _import_words(mailbox: Mailbox) -> str:
    if not mailbox.import_total:
        return _("Counting letters")
    counts = {"done": grouped(mailbox.import_done), "total": grouped(mailbox.import_total)}
    return _("%(done)s of %(total)s letters") % counts


def _next_check(mailbox: Mailbox) -> datetime | None:
    """None when nobody can say: it needs a person, it is due, or it only sends."""
    at = mailbox.next_sync_at if mailbox.can_receive else None
    return at if at and at > timezone.now() else None
