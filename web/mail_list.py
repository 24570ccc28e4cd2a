"""The left half of the mail screen: folders, mailboxes and rows, as the templates show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from crm.models import Lead
from mailboxes.access import get_mailbox_for
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from threads.models import Thread
from web.lead_cards import tone_of_place
from web.mail_address import OUTBOX, Cursor, Place
from web.mailbox_health import OlderMail, health_of, older_mail_of
from web.moments import day_heading

PAGE = 50
FOLDERS: tuple[tuple[str, str | Promise, str], ...] = (
    ("inbox", gettext_lazy("Inbox"), "inbox"),
    ("sent", gettext_lazy("Sent"), "send"),
    (OUTBOX, gettext_lazy("Outbox"), "clock"),
    ("deleted", gettext_lazy("Deleted"), "trash-2"),
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
class BoxLine:
    """A mailbox with the state of its health in words: a color alone tells nothing to many."""

    mailbox: Mailbox
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
class Row:
    thread: Thread
    href: str
    who: str
    stage: str
    stage_tone: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """Rows under their day headings, and the place where the next page begins."""

    days: Sequence[tuple[str, Sequence[Row]]]
    next_place: Place | None


def list_rows(member: Membership, place: Place, *, size: int = PAGE) -> ListPage:
    threads = list(threads_at(member, place)[: size + 1])
    more = len(threads) > size
    threads = threads[:size]
    stages = _stages_of(threads)
    rows = [_row(thread, place, stages) for thread in threads]
    days = [(day, list(group)) for day, group in groupby(rows, key=lambda row: day_heading(row.thread.last_message_at))]
    return ListPage(days, replace(place, before=Cursor.after(threads[-1])) if more else None)


def threads_at(member: Membership, place: Place) -> QuerySet[Thread]:
    """Newest first, from the cursor on."""
    threads = Thread.objects.visible_to(member).in_folder(place.folder)
    if place.mailbox_id:
        threads = threads.filter(mailbox=place.mailbox_id)
    if place.only_unread:
        threads = threads.unread()
    if place.text:
        threads = threads.matching(place.text)
    return threads.newest_first(before=place.before.key if place.before else None)


def end_of_list(member: Membership, place: Place) -> dict[str, Any]:
    """What stands below the last row, or instead of rows: a mailbox never looks empty without a word (K10)."""
    mailboxes = list(Mailbox.objects.visible_to(member).order_by("address_key"))
    here = [mailbox for mailbox in mailboxes if place.mailbox_id in (None, mailbox.pk)]
    return {
        "has_mailboxes": bool(mailboxes),
        "is_importing": any(mailbox.state == Mailbox.State.IMPORTING for mailbox in here),
        "older_lines": _older_lines(member, here) if place.shows_whole_folder else [],
    }


def _older_lines(member: Membership, mailboxes: Iterable[Mailbox]) -> list[OlderLine]:
    left_out = [(mailbox, older) for mailbox in mailboxes if (older := older_mail_of(mailbox))]
    if not left_out:
        return []
    managed = set(Mailbox.objects.managed_by(member).values_list("pk", flat=True))
    return [OlderLine(mailbox, older, mailbox.pk in managed) for mailbox, older in left_out]


def _row(thread: Thread, place: Place, stages: dict[str, tuple[str, str]]) -> Row:
    stage, tone = stages.get(thread.counterpart_key, ("", ""))
    who = thread.counterpart_name or thread.counterpart_address or _("(no recipient)")
    return Row(thread, place.url(thread.pk), who, stage, tone)


def _stages_of(threads: Iterable[Thread]) -> dict[str, tuple[str, str]]:
    """The stage of the open lead of each client, for all rows in one query. The newest lead wins."""
    keys = {thread.counterpart_key for thread in threads if thread.counterpart_key}
    leads = Lead.objects.open().filter(contacts__emails__email_key__in=keys).order_by("created_at")
    facts = leads.values_list("contacts__emails__email_key", "stage__name", "stage__position")
    return {key: (name, tone_of_place(position)) for key, name, position in facts}


def heading_of(member: Membership, place: Place) -> str:
    """Raises MailboxNotFound."""
    if place.mailbox_id is None:
        return str(FOLDER_NAMES[place.folder])
    return f"{FOLDER_NAMES[place.folder]} · {get_mailbox_for(member, place.mailbox_id).address}"


def side_of(member: Membership, place: Place) -> dict[str, Any]:
    """What mail/side.html shows."""
    unread = Thread.objects.visible_to(member).count_unread()
    return {
        "place": place,
        "unread_here": unread.get(place.mailbox_id, 0) if place.mailbox_id else sum(unread.values()),
        "folders": list_folders(member, place, unread),
        "boxes": list_boxes(member, place, unread),
    }


def list_folders(member: Membership, place: Place, unread: dict[int, int]) -> list[FolderLine]:
    """The inbox counts what is unread, the outbox what needs a person. Deleted is the administrators' (K63)."""
    here = replace(place, text="", only_unread=False, before=None)
    stuck = OutgoingMail.objects.visible_to(member).needing_a_person().count()
    counts = {"inbox": (sum(unread.values()), _("unread")), OUTBOX: (stuck, _("need you"))}
    return [
        FolderLine(
            str(label), icon, replace(here, folder=name).url(), name == place.folder,
            *counts.get(name, (0, "")), is_alarming=name == OUTBOX,
        )
        for name, label, icon in FOLDERS
        if name != "deleted" or member.is_admin
    ]  # fmt: skip


def list_boxes(member: Membership, place: Place, unread: dict[int, int]) -> list[BoxLine]:
    return [
        _box_line(mailbox, place, unread.get(mailbox.pk, 0))
        for mailbox in Mailbox.objects.visible_to(member).order_by("address_key")
    ]


def _box_line(mailbox: Mailbox, place: Place, unread_count: int) -> BoxLine:
    here = Place(folder=place.folder, mailbox_id=mailbox.pk)
    health = health_of(mailbox)
    is_importing = mailbox.state == Mailbox.State.IMPORTING
    words = health.detail if is_importing and health.detail else health.words
    return BoxLine(
        mailbox=mailbox,
        href=here.url(),
        is_current=mailbox.pk == place.mailbox_id,
        unread_count=unread_count,
        tone=health.tone,
        words=str(mailbox.get_kind_display()) if health.tone == "good" else words,
        is_importing=is_importing,
    )
