"""The left half of the mail screen: folders, mailboxes and rows, as the templates show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Membership
from crm.by_address import contact_names_of, open_stages_of
from mailboxes.access import get_mailbox_for
from mailboxes.models import Mailbox
from mailboxes.readable import readable_mailboxes
from outbox.member_counts import MemberCounts
from threads.deleted import may_see_deleted
from threads.models import Thread
from threads.plain_lists import FOLDERS as FOLDERS_KEPT
from threads.plain_lists import newest_threads
from threads.querysets import Narrowing, ThreadLine, ThreadQuerySet
from threads.search import SEARCH_LIMIT
from web.conversation_rows import ConversationRow, StageAndTone, rows_by_day
from web.counts import counts_for
from web.lead_cards import tone_of_place
from web.mail_address import DRAFTS, OUTBOX, SCHEDULED, Cursor, Filter, Place
from web.mail_search import hits_of, opened_in, problem_of, searched, unknown_in
from web.mailbox_health import OlderMail, name_of, older_mail_of, state_words_of, tone_of
from web.members import MemberRequest

PAGE = 50
FOLDERS: tuple[tuple[str, str | Promise, str], ...] = (
    ("inbox", gettext_lazy("Inbox"), "inbox"),
    ("sent", gettext_lazy("Sent"), "send"),
    (DRAFTS, gettext_lazy("Drafts"), "pen-line"),
    (SCHEDULED, gettext_lazy("Scheduled"), "calendar-clock"),
    (OUTBOX, gettext_lazy("Outbox"), "clock"),
    ("deleted", gettext_lazy("Deleted"), "trash-2"),
)
FILTERS: tuple[tuple[Filter | None, str | Promise], ...] = (
    (None, gettext_lazy("All")),
    (Filter.UNREAD, gettext_lazy("Unread")),
    (Filter.WAITING, gettext_lazy("To answer")),
    (Filter.FILES, gettext_lazy("With files")),
)
FOLDER_NAMES = {name: label for name, label, _icon in FOLDERS}


@dataclass(frozen=True, slots=True)
class FolderLine:
    label: str
    icon: str
    href: str
    is_current: bool
    count: int
    count_words: str
    is_alarming: bool


@dataclass(frozen=True, slots=True)
class FilterLine:
    label: str
    href: str
    is_current: bool
    counts_unread: bool


@dataclass(frozen=True, slots=True)
class BoxLine:
    """A mailbox with the state of its health in words: a color alone tells nothing to many."""

    mailbox: Mailbox
    name: str
    href: str
    is_current: bool
    unread_count: int
    tone: str
    words: str
    is_importing: bool


@dataclass(frozen=True, slots=True)
class OlderLine:
    """A mailbox that has letters on the server which the import left out (K10)."""

    mailbox: Mailbox
    older: OlderMail
    can_manage: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    """Rows under their day headings, and the place where the next page begins."""

    days: Sequence[tuple[str, Sequence[ConversationRow]]]
    next_place: Place | None
    problem: str  # of the search
    unknown: str  # operators of the search that there are not
    is_similar: bool  # found by names that are nearly what was searched
    most_hits: int  # how many letters of the search were looked at, 0: all of them


def list_rows(member: Membership, place: Place, *, size: int = PAGE) -> ListPage:
    threads, is_limited = _threads_of_page(member, place, size + 1)
    more = len(threads) > size
    threads = threads[:size]
    hits = hits_of(member, place, [thread.id for thread in threads])
    url_of = opened_in(place).thread_url_of()
    days = rows_by_day(threads, url_of=url_of, names=_names_of(threads), stages=_stages_of(threads), hits=hits.by_id)
    return ListPage(
        days,
        next_place=replace(place, before=Cursor(threads[-1].last_message_at, threads[-1].id)) if more else None,
        problem=problem_of(place),
        unknown=unknown_in(place),
        is_similar=hits.is_similar,
        most_hits=SEARCH_LIMIT if is_limited else 0,
    )


NARROWING: dict[Filter | None, Narrowing] = {
    None: "",
    Filter.UNREAD: "unread",
    Filter.FILES: "with_files",
    Filter.WAITING: "waiting",
}


def _threads_of_page(member: Membership, place: Place, size: int) -> tuple[list[ThreadLine], bool]:
    """And whether a search was cut off."""
    if place.text or place.folder not in FOLDERS_KEPT:
        threads = threads_at(member, place)
        return threads[:size].lines(), threads.is_limited
    newest = newest_threads(
        member,
        place.folder,
        limit=size,
        mailbox_id=place.mailbox_id,
        only=NARROWING[place.only],
        before=place.before.key if place.before else None,
    )
    return newest, False


def threads_at(member: Membership, place: Place) -> ThreadQuerySet:
    """Newest first, from the cursor on."""
    threads = Thread.objects.visible_to(member).narrowed(NARROWING[place.only])
    if place.mailbox_id:
        threads = threads.filter(mailbox=place.mailbox_id)
    return searched(threads, place).newest_first(before=place.before.key if place.before else None)


def end_of_list(member: Membership, place: Place) -> dict[str, Any]:
    """What stands below the last row, or instead of rows: a mailbox never looks empty without a word (K10)."""
    mailboxes = readable_mailboxes(member)
    here = [mailbox for mailbox in mailboxes if place.mailbox_id in (None, mailbox.pk)]
    return {
        "has_mailboxes": any(mailbox.kind != Mailbox.Kind.SYSTEM for mailbox in mailboxes),
        "deleted_days": settings.DELETED_DAYS,
        "is_importing": any(mailbox.state == Mailbox.State.IMPORTING for mailbox in here),
        "older_lines": _older_lines(member, here) if place.shows_whole_folder else [],
    }


def _older_lines(member: Membership, mailboxes: Iterable[Mailbox]) -> list[OlderLine]:
    left_out = [(mailbox, older) for mailbox in mailboxes if (older := older_mail_of(mailbox))]
    if not left_out:
        return []
    managed = set(Mailbox.objects.managed_by(member).values_list("pk", flat=True))
    return [OlderLine(mailbox, older, mailbox.pk in managed) for mailbox, older in left_out]


def _names_of(threads: Iterable[ThreadLine]) -> dict[str, str]:
    """Of the clients whose letters name none, as their cards do."""
    return contact_names_of({thread.counterpart_key for thread in threads if not thread.counterpart_name})


def _stages_of(threads: Iterable[ThreadLine]) -> dict[str, StageAndTone]:
    """The stage of the open lead of each client, for all rows in one query."""
    keys = {thread.counterpart_key for thread in threads if thread.counterpart_key}
    return {key: (stage.name, tone_of_place(stage.position)) for key, stage in open_stages_of(keys).items()}


def list_filters(place: Place) -> list[FilterLine]:
    """What has gone out waits for nobody."""
    here = replace(place, before=None)
    return [
        FilterLine(label, replace(here, only=only).url(), only is place.only, only is Filter.UNREAD)
        for only, label in _filter_labels(get_language())
        if only is not Filter.WAITING or place.folder == "inbox"
    ]


@lru_cache(maxsize=64)
def _filter_labels(_language: str | None) -> tuple[tuple[Filter | None, str], ...]:
    return tuple((only, str(label)) for only, label in FILTERS)


def heading_of(member: Membership, place: Place) -> str:
    """Raises MailboxNotFound."""
    if place.mailbox_id is None:
        return str(FOLDER_NAMES[place.folder])
    return f"{FOLDER_NAMES[place.folder]} · {name_of(get_mailbox_for(member, place.mailbox_id))}"


def side_of(request: MemberRequest, place: Place) -> dict[str, Any]:
    """What mail/side.html shows."""
    counts = counts_for(request)
    return {
        "place": place,
        **unread_at(request, place),
        "folders": list_folders(request.member, place, counts),
        "boxes": list_boxes(request.member, place, counts.unread),
    }


def unread_at(request: MemberRequest, place: Place) -> dict[str, int]:
    """Conversations with unread letters: all, and those of this mailbox."""
    counts = counts_for(request)
    total = counts.all_unread
    return {
        "unread_total": total,
        "unread_here": counts.unread.get(place.mailbox_id, 0) if place.mailbox_id else total,
    }


def list_folders(member: Membership, place: Place, counted: MemberCounts) -> tuple[FolderLine, ...]:
    """The inbox counts what is unread, the outbox what needs a person. Deleted is not everybody's (K63)."""
    counts = (counted.all_unread, counted.drafts, counted.scheduled, counted.stuck)
    return _folder_lines(place.folder, place.mailbox_id, counts, may_see_deleted(member), get_language())


@lru_cache(maxsize=1024)
def _folder_lines(
    current: str, mailbox_id: int | None, counts: tuple[int, int, int, int], sees_deleted: bool, _language: str | None
) -> tuple[FolderLine, ...]:
    unread, drafts, scheduled, stuck = counts
    counted = {
        "inbox": (unread, _("unread")),
        DRAFTS: (drafts, _("not sent yet")),
        SCHEDULED: (scheduled, _("to be sent later")),
        OUTBOX: (stuck, _("need you")),
    }
    return tuple(
        FolderLine(
            str(label), icon, Place(name, mailbox_id).url(), name == current,
            *counted.get(name, (0, "")), is_alarming=name == OUTBOX,
        )
        for name, label, icon in FOLDERS
        if name != "deleted" or sees_deleted
    )  # fmt: skip


def list_boxes(member: Membership, place: Place, unread: Mapping[int, int]) -> list[BoxLine]:
    return [_box_line(mailbox, place, unread.get(mailbox.pk, 0)) for mailbox in readable_mailboxes(member)]


def _box_line(mailbox: Mailbox, place: Place, unread_count: int) -> BoxLine:
    here = Place(folder=place.folder, mailbox_id=mailbox.pk)
    tone = tone_of(mailbox)
    return BoxLine(
        mailbox=mailbox,
        name=name_of(mailbox),
        href=here.url(),
        is_current=mailbox.pk == place.mailbox_id,
        unread_count=unread_count,
        tone=tone,
        words=_box_words(mailbox) if tone == "good" else state_words_of(mailbox),
        is_importing=mailbox.state == Mailbox.State.IMPORTING,
    )


def _box_words(mailbox: Mailbox) -> str:
    return mailbox.address if mailbox.kind == Mailbox.Kind.SYSTEM else str(Mailbox.Kind(mailbox.kind).label)
