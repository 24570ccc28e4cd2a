"""The address of the mail screen is its state: folder, mailbox, search, filter, place in the list, open thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from threads.models import Thread
from web.typed import typed_text

OUTBOX = "outbox"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class FolderConverter:
    """For urlpatterns: the folders of conversations. The outbox, of single letters, has its own views."""

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
    def after(cls, thread: Thread) -> Cursor:
        return cls(thread.last_message_at, thread.pk)

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
    only_unread: bool = False
    before: Cursor | None = None

    @classmethod
    def parse(cls, folder: str, query: QueryDict) -> Place:
        return cls(
            folder=folder,
            mailbox_id=whole_number(query.get("mailbox")),
            text=typed_text(query, "q"),
            only_unread=query.get("filter") == "unread",
            before=Cursor.parse(query.get("before", "")),
        )

    def url(self, thread_id: int | None = None) -> str:
        """Of the screen, or of the screen with this thread open. The place in the list is not part of it."""
        if self.folder == OUTBOX:
            return reverse("outbox") + self._query(replace(self, before=None))
        if thread_id is None:
            return reverse("mail_folder", args=[self.folder]) + self._query(replace(self, before=None))
        return reverse("mail_thread", args=[self.folder, thread_id]) + self._query(replace(self, before=None))

    def list_url(self) -> str:
        """Of the rows alone, from this place on."""
        return reverse("mail_rows", args=[self.folder]) + self._query(self)

    @property
    def is_of_all_mailboxes(self) -> bool:
        return self.mailbox_id is None

    @property
    def shows_whole_folder(self) -> bool:
        """Neither a search nor a filter: what is not in the list is not here."""
        return self.folder in ("inbox", "sent") and not self.text and not self.only_unread

    @property
    def unsearched_url(self) -> str:
        return replace(self, text="").url()

    @property
    def all_url(self) -> str:
        return replace(self, only_unread=False).url()

    @property
    def unread_url(self) -> str:
        return replace(self, only_unread=True).url()

    @staticmethod
    def _query(place: Place) -> str:
        facts = {
            "mailbox": place.mailbox_id,
            "q": place.text,
            "filter": "unread" if place.only_unread else "",
            "before": str(place.before) if place.before else "",
        }
        given = {name: value for name, value in facts.items() if value}
        return f"?{urlencode(given)}" if given else ""


def whole_number(text: str | None) -> int | None:
    """None for what is no row's id: it names nothing."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None
