"""The address of the mail screen is its state: folder, mailbox, search, filter, place in the list, open thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from web.addresses import url
from web.typed import typed_text

OUTBOX, DRAFTS, SCHEDULED = "outbox", "drafts", "scheduled"
OF_LETTERS = (OUTBOX, DRAFTS, SCHEDULED)  # folders of single letters: each has its own views, named like the folder
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Filter(StrEnum):
    """What a list of conversations can be narrowed to."""

    UNREAD = "unread"
    FILES = "files"
    WAITING = "waiting"  # the newest letter came in: an answer of ours is due


class FolderConverter:
    """For urlpatterns: the folders of conversations."""

    regex = "inbox|sent|deleted"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page of the list ended: lists are read by key, never by offset."""

    last_message_at: datetime
    thread_id: int

    def __str__(self) -> str:
        return f"{(self.last_message_at - EPOCH) // MICROSECOND}-{self.thread_id}"

    @property
    def key(self) -> tuple[datetime, int]:
        return self.last_message_at, self.thread_id

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """None for what we did not write: the list then begins at its beginning."""
        microseconds, _, thread_id = text.partition("-")
        at, row_id = whole_number(microseconds), whole_number(thread_id)
        return cls(EPOCH + at * MICROSECOND, row_id) if at and row_id else None


@dataclass(frozen=True, slots=True)
class Place:
    """What the list shows."""

    folder: str = "inbox"
    mailbox_id: int | None = None
    text: str = ""
    only: Filter | None = None
    before: Cursor | None = None

    @classmethod
    def parse(cls, folder: str, query: QueryDict) -> Place:
        return cls(
            folder=folder,
            mailbox_id=whole_number(query.get("mailbox")),
            text=typed_text(query, "q"),
            only=_filter(query.get("filter", "")),
            before=Cursor.parse(query.get("before", "")),
        )

    def url(self, thread_id: int | None = None) -> str:
        """Of the screen, or of the screen with this thread open. The place in the list is not part of it."""
        if self.folder in OF_LETTERS:
            return url(self.folder) + self._query(replace(self, before=None))
        if thread_id is None:
            return url("mail_folder", self.folder) + self._query(replace(self, before=None))
        return reverse("mail_thread", args=[self.folder, thread_id]) + self._query(replace(self, before=None))

    def thread_url_of(self) -> Callable[[int], str]:
        """url() for many threads: the address is made once."""
        head = url("mail_thread", self.folder, "0").removesuffix("0/")
        query = self._query(replace(self, before=None))
        return lambda thread_id: f"{head}{thread_id}/{query}"

    def list_url(self) -> str:
        """Of the rows alone, from this place on."""
        return url("mail_rows", self.folder) + self._query(self)

    @property
    def is_of_all_mailboxes(self) -> bool:
        return self.mailbox_id is None

    @property
    def shows_whole_folder(self) -> bool:
        """Neither a search nor a filter: what is not in the list is not here."""
        return self.folder in ("inbox", "sent") and not self.text and not self.only

    @property
    def unsearched_url(self) -> str:
        return replace(self, text="").url()

    @property
    def only_unread(self) -> bool:
        return self.only is Filter.UNREAD

    @staticmethod
    def _query(place: Place) -> str:
        facts = {
            "mailbox": place.mailbox_id,
            "q": place.text,
            "filter": place.only,
            "before": str(place.before) if place.before else "",
        }
        given = {name: value for name, value in facts.items() if value}
        return f"?{urlencode(given)}" if given else ""


def _filter(text: str) -> Filter | None:
    return Filter(text) if text in list(Filter) else None


def whole_number(text: str | None) -> int | None:
    """None for what is no row's id: it names nothing."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None
