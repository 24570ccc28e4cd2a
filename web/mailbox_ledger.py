"""The ledger of a mailbox in a table and a plain sentence for each folder (G13)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mailboxes.models import Mailbox
from threads.ledger_report import FolderLedger, ledger_of
from threads.models import Folder
from web.mailbox_health import grouped


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A row of the table. Numbers are written out, as people of the language group them."""

    label: str
    on_server: str
    imported: str
    skipped: Sequence[str]  # "12 older than the import"
    failed: str
    tone: str
    sentence: str


def ledger_lines(mailbox: Mailbox) -> list[LedgerLine]:
    return [_line(ledger) for ledger in ledger_of(mailbox)]


def _line(ledger: FolderLedger) -> LedgerLine:
    skipped = [skipped_words(each.reason, each.count) for each in ledger.skipped]
    return LedgerLine(
        label=str(Folder.Role(ledger.folder).label),
        on_server=grouped(ledger.on_server),
        imported=grouped(ledger.imported),
        skipped=skipped,
        failed=grouped(ledger.failed),
        tone=_tone(ledger),
        sentence=_sentence(ledger, skipped),
    )


def _tone(ledger: FolderLedger) -> str:
    if not ledger.agrees:
        return "busy"
    return "warn" if ledger.failed else "good"


def _sentence(ledger: FolderLedger, skipped: Iterable[str]) -> str:
    counts = {"all": grouped(ledger.on_server), "here": grouped(ledger.imported)}
    if not ledger.agrees:
        words = _("The server counts %(all)s, %(known)s are known here. The next check looks for the rest.")
        return words % {**counts, "known": grouped(ledger.accounted)}
    rest = [*skipped, *([_failed_words(ledger.failed)] if ledger.failed else [])]
    if not rest:
        return _("Everything on the server is here.")
    words = ngettext(
        "The server has %(all)s, %(here)s is here: %(rest)s.",
        "The server has %(all)s, %(here)s are here: %(rest)s.",
        ledger.imported,
    )
    return words % {**counts, "rest": ", ".join(rest)}


def skipped_words(reason: str, count: int) -> str:
    """Each reason of threads.ledger_report.REASONS."""
    words = {
        "older": ngettext("%(count)s older than the import", "%(count)s older than the import", count),
        "filtered": ngettext("%(count)s kept out by a filter", "%(count)s kept out by filters", count),
        "internal": ngettext("%(count)s between colleagues", "%(count)s between colleagues", count),
        "unmatched": ngettext("%(count)s of people without a card", "%(count)s of people without a card", count),
        "duplicate": ngettext("%(count)s lies there twice", "%(count)s lie there twice", count),
        "deleted_here": ngettext("%(count)s deleted here", "%(count)s deleted here", count),
    }[reason]
    return words % {"count": grouped(count)}


def _failed_words(count: int) -> str:
    words = ngettext("%(count)s could not be read", "%(count)s could not be read", count)
    return words % {"count": grouped(count)}
