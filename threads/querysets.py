"""Questions about many threads, messages and card links. Whose they are is asked of the mailbox.

Everything a face shows begins with `visible_to(member)`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self, TypeVar, cast

from django.apps import apps
from django.db.models import F, Model, Prefetch, Q, QuerySet
from django.db.models.expressions import RawSQL

from mailboxes.readable import readable_ids
from threads import search
from threads.deleted import KEPT_LETTERS, in_own_deleted
from threads.search import EVERYWHERE, Within
from threads.search_query import DELETED
from threads.sql import AnyOf

if TYPE_CHECKING:
    from accounts.models import Membership
    from crm.models import Contact
    from threads.models import CardLink, Message, RemovedLetter, Thread  # noqa: F401  (named in strings below)

Row = TypeVar("Row", bound=Model)
Narrowing = Literal["", "unread", "waiting", "with_files"]
NARROWED: dict[Narrowing, dict[str, Any]] = {
    "": {},
    "unread": {"unread_count__gt": 0},
    "waiting": {"is_waiting": True},  # an answer of ours is due
    "with_files": {"has_attachments": True},
}


class ThreadLine(NamedTuple):
    """What a list shows of a conversation. Making a model of each row took longer than reading it."""

    id: int
    subject: str
    counterpart_address: str
    counterpart_key: str
    counterpart_name: str
    snippet: str
    message_count: int
    unread_count: int
    has_attachments: bool
    last_message_at: datetime


FEW = 100  # rows: two pages of a list
MOST_LETTERS = 10_000  # that are looked through by themselves
KEPT: dict[str, Any] = {"inbox": "incoming_count__gt", "sent": "outgoing_count__gt"}


class _ReadersQuerySet(QuerySet[Row]):
    """Remembers for whom it was narrowed: Deleted and the search depend on the reader."""

    member: Membership | None = None

    def visible_to(self, member: Membership) -> Self:
        """Of the mailboxes whose mail this member reads (K20-K24)."""
        narrowed = self._of_mailboxes(readable_ids(member))
        narrowed.member = member
        return narrowed

    def _of_mailboxes(self, mailboxes: RawSQL) -> Self:
        return self.filter(mailbox__in=mailboxes)

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]  # the stubs leave it out
        clone.member = self.member
        return clone

    @property
    def reader(self) -> Membership:
        if self.member is None:
            raise TypeError("visible_to(member) comes first")
        return self.member


class _SearchedQuerySet(_ReadersQuerySet[Row]):
    """Of letters, or of what holds letters."""

    found: Sequence[int] = ()  # letters with the words that were searched
    is_limited = False  # more letters may have them than were looked at
    is_of_letters = False  # itself

    def _clone(self) -> Self:
        clone = super()._clone()
        clone.found, clone.is_limited = self.found, self.is_limited
        return clone

    def in_folder(self, folder: str) -> Self:
        raise NotImplementedError

    def matching(self, words: str, within: Within = EVERYWHERE) -> Self:
        """Those of a folder, with a letter that holds all these words: in subject, people, file names or text (G05).

        It comes after all other narrowing: where the newest letters with the words are nearly all elsewhere, the rows
        that are left are looked through by themselves, as those in Deleted are, which the search does not know.
        """
        folder = search.folder_of(words) or within.folder
        rows = self.in_folder(folder)
        if not words.strip():
            return rows
        if folder == DELETED:
            return rows.looked_through(words, [], folder)
        told = replace(within, folder=folder if self.is_of_letters else "")
        found = search.find_message_ids(words, rows.reader, told)
        matching = rows.of_search(found, folder, is_limited=search.is_cut(found))
        if matching.is_limited and matching.count() < FEW:
            return rows.looked_through(words, found, folder)
        return matching

    def looked_through(self, words: str, found: Sequence[int], folder: str) -> Self:
        """Besides what was found already."""
        letters = self.newest_letters(folder)
        more = search.find_message_ids(words, self.reader, Within(among=letters, with_similar=not found))
        is_limited = search.is_cut(more) or len(letters) >= MOST_LETTERS
        return self.of_search([*found, *more], folder, is_limited=is_limited)

    def of_search(self, found: Sequence[int], folder: str, *, is_limited: bool) -> Self:
        matching = self.holding(found, folder)
        matching.found, matching.is_limited = found, is_limited
        return matching

    def holding(self, message_ids: Collection[int], folder: str) -> Self:
        """Those with one of these letters."""
        raise NotImplementedError

    def newest_letters(self, folder: str) -> list[int]:
        """Ids of the letters of these rows, MOST_LETTERS at most."""
        raise NotImplementedError


class ThreadQuerySet(_SearchedQuerySet["Thread"]):
    def readable(self) -> Self:
        """Not those whose letters all lie in Deleted, unless the reader sees that (K63)."""
        return self.filter(Q(message_count__gt=0) | in_own_deleted(self.reader))

    def in_folder(self, folder: str) -> Self:
        """The CRM's own "inbox", "sent" and "deleted"; "" is all that is not deleted."""
        if folder == "deleted":
            return self.filter(in_own_deleted(self.reader), deleted_count__gt=0)
        if folder:
            return self.filter(**{KEPT[folder]: 0})
        return self.filter(message_count__gt=0)

    def narrowed(self, only: Narrowing) -> Self:
        return self.filter(**NARROWED[only])

    def lines(self) -> list[ThreadLine]:
        """Of all its rows: cut it to a page before."""
        return [ThreadLine(*row) for row in self.values_list(*ThreadLine._fields)]

    def holding(self, message_ids: Collection[int], folder: str) -> Self:
        letters = _letters_in(folder).filter(AnyOf(F("id"), message_ids))
        # Asked for by themselves: in one statement the planner takes the two lists for a join of two tables.
        return self.filter(AnyOf(F("id"), set(letters.values_list("thread", flat=True))))

    def newest_letters(self, folder: str) -> list[int]:
        threads = self.newest_first().values_list("pk", flat=True)[:MOST_LETTERS]
        letters = _letters_in(folder).filter(AnyOf(F("thread"), threads))
        return list(letters.newest_first().values_list("pk", flat=True)[:MOST_LETTERS])

    def newest_first(self, *, before: tuple[datetime, int] | None = None) -> Self:
        """Keyset order; `before` is (last_message_at, id) of the last row of the page above."""
        return _keyset(self, "last_message_at", "id", before)


class MessageQuerySet(_SearchedQuerySet["Message"]):
    is_of_letters = True

    def kept(self) -> Self:
        """Without those in Deleted."""
        return self.filter(deleted_at__isnull=True)

    def readable(self) -> Self:
        """Without what lies in Deleted, unless the reader sees that (K63)."""
        return self.filter(KEPT_LETTERS | in_own_deleted(self.reader))

    def in_folder(self, folder: str) -> Self:
        """As ThreadQuerySet.in_folder."""
        if folder == "deleted":
            return self.filter(in_own_deleted(self.reader), deleted_at__isnull=False)
        kept = self.kept()
        return kept.filter(direction={"inbox": "incoming", "sent": "outgoing"}[folder]) if folder else kept

    def of_contact(self, contact: Contact) -> Self:
        return self.filter(cards__contact=contact)

    def holding(self, message_ids: Collection[int], folder: str) -> Self:
        return self.filter(AnyOf(F("id"), message_ids))

    def newest_letters(self, folder: str) -> list[int]:
        return list(self.newest_first().values_list("pk", flat=True)[:MOST_LETTERS])

    def for_list(self) -> Self:
        """With mailbox and people: no query per row."""
        return self.select_related("mailbox").prefetch_related("participants")

    def for_reading(self) -> Self:
        """With all that a reader shows: no query per row."""
        bodies = Prefetch("bodies", _rows("MessageBody").defer("search"))
        return self.for_list().prefetch_related(bodies, "attachments", "events", "cards__contact")

    def in_order(self) -> Self:
        """As a conversation is read."""
        return self.order_by("received_at", "id")

    def newest_first(self, *, before: tuple[datetime, int] | None = None) -> Self:
        """Keyset order; `before` is (received_at, id) of the last row of the page above."""
        return _keyset(self, "received_at", "id", before)


class CardLinkQuerySet(_ReadersQuerySet["CardLink"]):
    def _of_mailboxes(self, mailboxes: RawSQL) -> Self:
        return self.filter(message__mailbox__in=mailboxes)

    def of_contact(self, contact: Contact) -> Self:
        """What his card shows: not what lies in Deleted."""
        return self.filter(contact=contact, message__deleted_at__isnull=True)


class RemovedLetterQuerySet(QuerySet["RemovedLetter"]):
    def visible_to(self, member: Membership) -> Self:
        """For those who could see the mailbox when it was given up (K64)."""
        return self.filter(mailbox__seen_by__contains=[member.pk]) if member.is_active else self.none()

    def of_contact(self, contact: Contact) -> Self:
        return self.filter(contact=contact)

    def for_card(self) -> Self:
        return self.select_related("mailbox")


def _rows(model: str) -> QuerySet[Any]:
    """By name, because threads.models uses this module."""
    found: Any = apps.get_model("threads", model)
    return found.objects.all()


def _letters_in(folder: str) -> MessageQuerySet:
    """All that lie in Deleted, or all that do not."""
    letters = cast("MessageQuerySet", _rows("Message"))
    return letters.filter(deleted_at__isnull=folder != DELETED)


def _keyset(rows: Any, moment: str, key: str, before: tuple[datetime, int] | None) -> Any:  # noqa: ANN401  (any of the three)
    if before:
        at, row_id = before
        # The first condition alone would do for the result; it is what lets an index start in the right place.
        rows = rows.filter(**{f"{moment}__lte": at}).filter(Q(**{f"{moment}__lt": at}) | Q(**{f"{key}__lt": row_id}))
    return rows.order_by(f"-{moment}", f"-{key}")
