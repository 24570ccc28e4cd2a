"""Why a letter is not here (G13): what we know of it, and what the mail server says just now.

A letter is asked for by its Message-ID, or by an address that takes part in it. Each answer has a code for programs
and words for people, in the reader's language, so that both faces say the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership
from mailboxes.foreign_reading import note_reading
from mailboxes.live_sessions import live_session
from mailboxes.models import Mailbox, MailboxFilter
from mailkit.addresses import domain_of, email_key
from mailkit.errors import FolderGone, MailError
from mailkit.imap_session import ImapSession
from threads.deleted import in_own_deleted
from threads.models import Folder, FolderEntry, Message, QuarantinedLetter, Tombstone

logger = logging.getLogger(__name__)

Outcome = FolderEntry.Outcome
Live = Callable[[Mailbox], AbstractContextManager[ImapSession]]
DELETED_CODES = ("deleted_here", "purged")
MOST = 20  # letters of one kind that an answer names, the newest


@dataclass(frozen=True, slots=True)
class Question:
    """One of the two is asked for, the other is ""."""

    message_id: str = ""
    address: str = ""

    @classmethod
    def of(cls, *, message_id: str = "", address: str = "") -> Question:
        """As people and other programs write them: `<1@x.example>` and ` Ann@X.example `."""
        return cls(message_id.strip().removeprefix("<").removesuffix(">").strip(), email_key(address))


@dataclass(frozen=True, slots=True)
class Answer:
    """One thing that is known. What names a letter is None where there is none that the reader may open."""

    code: str
    words: str
    folder: str = ""  # Folder.Role
    uid: int | None = None
    message_id: int | None = None
    thread_id: int | None = None
    quarantine_id: int | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    question: Question
    answers: tuple[Answer, ...]
    is_server_asked: bool


def explain_absence(
    member: Membership, mailbox: Mailbox, question: Question, *, connect: Live = live_session
) -> Explanation:
    """`member` sees the mail of `mailbox`. Asks the server, so no transaction may be open."""
    note_reading(member, [mailbox])
    known = [
        *_filed(member, mailbox, question),
        *_purged(mailbox, question),
        *_quarantined(mailbox, question),
        *_filters(mailbox, question),
    ]
    if not mailbox.can_receive:
        words = _("This mailbox only sends: nothing is read from a server.")
        return Explanation(question, (*known, Answer("send_only", words)), is_server_asked=False)
    try:
        with connect(mailbox) as session:
            seen = _on_server(session, mailbox, question)
    except MailError as error:
        logger.info("server not asked", extra={"mailbox_id": mailbox.pk, "error": type(error).__name__})
        words = _("The mail server could not be asked just now, so this is only what is known here.")
        return Explanation(question, (*known, Answer("server_unreachable", words)), is_server_asked=False)
    is_nowhere = not seen and not any(answer.message_id or answer.code in DELETED_CODES for answer in known)
    nowhere = [Answer("not_on_server", _("The mail server has no such letter in Inbox or Sent."))] if is_nowhere else []
    return Explanation(question, (*known, *_unexplained(seen, known), *nowhere), is_server_asked=True)


def _filed(member: Membership, mailbox: Mailbox, question: Question) -> list[Answer]:
    letters = Message.objects.filter(mailbox=mailbox)
    if question.message_id:
        letters = letters.filter(message_id_header=question.message_id)
    else:
        letters = letters.filter(
            pk__in=Message.objects.filter(mailbox=mailbox, participants__email_key=question.address).values("pk")
        )
    newest = letters.newest_first()
    kept = [_imported(letter) for letter in newest.filter(deleted_at__isnull=True)[:MOST]]
    deleted = newest.filter(deleted_at__isnull=False)
    shown = [_lies_in_deleted(letter) for letter in deleted.filter(in_own_deleted(member))[:MOST]]
    return [*kept, *shown, *_hidden(deleted.exclude(in_own_deleted(member)).count())]


def _imported(letter: Message) -> Answer:
    words = _("It is here: “%(subject)s”.") % {"subject": letter.subject or _("(no subject)")}
    return _about(letter, "imported", words)


def _about(letter: Message, code: str, words: str) -> Answer:
    return Answer(code, words, message_id=letter.pk, thread_id=letter.thread_id, subject=letter.subject)


def _lies_in_deleted(letter: Message) -> Answer:
    words = _("It was deleted here and lies in Deleted: “%(subject)s”.")
    return _about(letter, "deleted_here", words % {"subject": letter.subject})


def _hidden(count: int) -> list[Answer]:
    """Who does not see Deleted learns that such letters are there, and nothing of what is in them (K63)."""
    words = ngettext(
        "%(count)d such letter was deleted here. An administrator can restore it.",
        "%(count)d such letters were deleted here. An administrator can restore them.",
        count,
    )
    return [Answer("deleted_here", words % {"count": count})] if count else []


def _purged(mailbox: Mailbox, question: Question) -> list[Answer]:
    """All that is known of what is gone for good is its Message-ID."""
    if not question.message_id:
        return []
    rows = Tombstone.objects.filter(mailbox=mailbox, message_id_header=question.message_id).order_by("-purged_at")
    words = _("It was deleted here on %(deleted)s and is gone for good since %(purged)s. It does not come back.")
    return [
        Answer("purged", words % {"deleted": _day(row.deleted_at), "purged": _day(row.purged_at)})
        for row in rows[:MOST]
    ]


def _day(moment: datetime) -> str:
    return date_format(localtime(moment), "DATE_FORMAT")


def _quarantined(mailbox: Mailbox, question: Question) -> list[Answer]:
    rows = QuarantinedLetter.objects.filter(mailbox=mailbox).select_related("entry__folder")
    if question.message_id:
        rows = rows.filter(message_id_header=question.message_id)
    else:
        rows = rows.filter(from_address__iexact=question.address)
    return [_set_aside(row) for row in rows[:MOST]]


def _set_aside(row: QuarantinedLetter) -> Answer:
    words = _("It came but could not be filed, and was set aside. %(reason)s.")
    return Answer(
        "quarantined",
        words % {"reason": row.get_reason_display()},
        folder=row.entry.folder.role,
        uid=row.entry.uid,
        quarantine_id=row.pk,
        subject=row.subject,
    )


def _filters(mailbox: Mailbox, question: Question) -> list[Answer]:
    """Sub-domains are meant too."""
    if not question.address:
        return []
    labels = domain_of(question.address).split(".")
    domains = [".".join(labels[start:]) for start in range(len(labels))]
    matching = Q(kind=MailboxFilter.Kind.ADDRESS, value=question.address) | Q(
        kind=MailboxFilter.Kind.DOMAIN, value__in=domains
    )
    words = _("A filter of this mailbox keeps such mail out: %(value)s.")
    rows = MailboxFilter.objects.filter(matching, mailbox=mailbox)
    return [Answer("filter", words % {"value": row.value}) for row in rows]


def _on_server(session: ImapSession, mailbox: Mailbox, question: Question) -> list[Answer]:
    """What the folders that we read hold at this moment, each letter with what became of it."""
    return [
        answer
        for folder in Folder.objects.filter(mailbox=mailbox).order_by("role")
        for answer in _in_folder(session, folder, question)
    ]


def _in_folder(session: ImapSession, folder: Folder, question: Question) -> Iterator[Answer]:
    try:
        examined = session.examine(folder.name)
    except FolderGone:
        words = _("The server has no folder “%(name)s” any more; the next check looks for the right one.")
        yield Answer("folder_gone", words % {"name": folder.name}, folder=folder.role)
        return
    found = (
        session.find_by_message_id(question.message_id)
        if question.message_id
        else session.find_by_address(question.address)
    )
    newest = sorted(found, reverse=True)[:MOST]
    if newest and examined.uidvalidity != folder.uidvalidity:
        words = _("The server has numbered the letters of %(folder)s anew. The next check reads them again.")
        yield Answer("renumbered", words % {"folder": folder.get_role_display()}, folder=folder.role)
        return
    entries = FolderEntry.objects.filter(folder=folder, generation=folder.generation, uid__in=newest)
    entry_of = {entry.uid: entry for entry in entries}
    for uid in newest:
        yield _became(folder, uid, entry_of.get(uid))


def _became(folder: Folder, uid: int, entry: FolderEntry | None) -> Answer:
    code = entry.outcome if entry else _not_looked_at(folder, uid)
    words = _outcome_words(code) % {"folder": folder.get_role_display()}
    return Answer(code, words, folder=folder.role, uid=uid, message_id=entry.message_id if entry else None)


def _not_looked_at(folder: Folder, uid: int) -> str:
    return "older" if uid < folder.history_uid else "waiting"


def _outcome_words(code: str) -> str:
    """Each holds `%(folder)s`."""
    return {
        Outcome.IMPORTED.value: _("On the server in %(folder)s, and here."),
        Outcome.OLDER.value: _("On the server in %(folder)s, but older than what was imported. Load older mail."),
        Outcome.GONE.value: _("It left %(folder)s on the server before it could be fetched, and is back now."),
        Outcome.FAILED.value: _("On the server in %(folder)s, but it could not be read. It waits in quarantine."),
        Outcome.FILTERED.value: _("On the server in %(folder)s, but a filter of this mailbox keeps it out."),
        Outcome.DELETED.value: _("On the server in %(folder)s. Here it was deleted for good, and does not come back."),
        Outcome.INTERNAL.value: _("On the server in %(folder)s, but between colleagues: this mailbox skips these."),
        Outcome.UNMATCHED.value: _(
            "On the server in %(folder)s, but nobody in it has a card: this mailbox leaves such mail there."
        ),
        "waiting": _("On the server in %(folder)s, not fetched yet. The next check brings it."),
    }[code]


def _unexplained(seen: list[Answer], known: list[Answer]) -> list[Answer]:
    """What the server adds: letters that are filed or set aside have been named already."""
    set_aside = {(answer.folder, answer.uid) for answer in known if answer.quarantine_id}
    return [
        answer
        for answer in seen
        if answer.code != Outcome.IMPORTED.value and (answer.folder, answer.uid) not in set_aside
    ]
