"""Questions about many threads, messages and card links. Whose they are is asked of the mailbox.

Everything a face shows begins with `visible_to(member)`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.apps import apps
from django.db.models import Count, Model, Prefetch, Q, QuerySet

from mailboxes.models import Mailbox
from threads import search

if TYPE_CHECKING:
    from accounts.models import Membership
    from crm.models import Contact
    from threads.models import CardLink, Message, RemovedLetter, Thread  # noqa: F401  (named in strings below)

Row = TypeVar("Row", bound=Model)
KEPT: dict[str, Any] = {"inbox": "incoming_count__gt", "sent": "outgoing_count__gt"}


class _ReadersQuerySet(QuerySet[Row]):
    """Remembers for whom it was narrowed: Deleted and the search depend on the reader."""

    member: Membership | None = None

    def visible_to(self, member: Membership) -> Self:
        """Of the mailboxes whose mail this member reads (K20-K24)."""
        narrowed = self._of_mailboxes(Mailbox.objects.visible_to(member))
        narrowed.member = member
        return narrowed

    def _of_mailboxes(self, mailboxes: QuerySet[Mailbox]) -> Self:
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


class ThreadQuerySet(_ReadersQuerySet["Thread"]):
    def readable(self) -> Self:
        """Not those whose letters all lie in Deleted, which is the administrators' (K63)."""
        return self if self.reader.is_admin else self.filter(message_count__gt=0)

    def in_folder(self, folder: str) -> Self:
        """The CRM's own "inbox", "sent" and "deleted"; "" is all that is not deleted."""
        if folder == "deleted":
            return self.filter(deleted_count__gt=0) if self.reader.is_admin else self.none()
        if folder:
            return self.filter(**{KEPT[folder]: 0})
        return self.filter(message_count__gt=0)

    def unread(self) -> Self:
        return self.filter(unread_count__gt=0)

    def count_unread(self) -> dict[int, int]:
        """The number of unread threads by mailbox."""
        return dict(self.unread().order_by().values_list("mailbox").annotate(count=Count("pk")))

    def of_contact(self, contact: Contact) -> Self:
        """With a letter on the card of this contact."""
        letters = _rows("Message").filter(cards__contact=contact, deleted_at__isnull=True)
        return self.filter(pk__in=letters.values("thread"))

    def matching(self, words: str) -> Self:
        """With a letter that holds all these words: in subject, people, file names or text (G05)."""
        if not words.strip():
            return self
        letters = _rows("Message").filter(pk__in=search.find_message_ids(words, self.reader))
        if not self.reader.is_admin:
            letters = letters.filter(deleted_at__isnull=True)
        return self.filter(pk__in=letters.values("thread"))

    def newest_first(self, *, before: tuple[datetime, int] | None = None) -> Self:
        """Keyset order; `before` is (last_message_at, id) of the last row of the page above."""
        return _keyset(self, "last_message_at", "id", before)


class MessageQuerySet(_ReadersQuerySet["Message"]):
    def kept(self) -> Self:
        """Without those in Deleted."""
        return self.filter(deleted_at__isnull=True)

    def readable(self) -> Self:
        """Without what lies in Deleted, unless the reader is an administrator (K63)."""
        return self if self.reader.is_admin else self.kept()

    def in_folder(self, folder: str) -> Self:
        """As ThreadQuerySet.in_folder."""
        if folder == "deleted":
            return self.filter(deleted_at__isnull=False) if self.reader.is_admin else self.none()
        kept = self.kept()
        return kept.filter(direction={"inbox": "incoming", "sent": "outgoing"}[folder]) if folder else kept

    def of_contact(self, contact: Contact) -> Self:
        return self.filter(cards__contact=contact)

    def matching(self, words: str) -> Self:
        """As ThreadQuerySet.matching."""
        if not words.strip():
            return self
        return self.filter(pk__in=search.find_message_ids(words, self.reader))

    def for_list(self) -> Self:
        """With mailbox and people: no query per row."""
        return self.select_related("mailbox").prefetch_related("participants")

    def for_reading(self) -> Self:
        """With all that a reader shows: no query per row."""
        bodies = Prefetch("bodies", _rows("MessageBody").defer("search"))
        return self.for_list().prefetch_related(bodies, "attachments", "cards__contact")

    def in_order(self) -> Self:
        """As a conversation is read."""
        return self.order_by("received_at", "id")

    def newest_first(self, *, before: tuple[datetime, int] | None = None) -> Self:
        """Keyset order; `before` is (received_at, id) of the last row of the page above."""
        return _keyset(self, "received_at", "id", before)


class CardLinkQuerySet(_ReadersQuerySet["CardLink"]):
    def _of_mailboxes(self, mailboxes: QuerySet[Mailbox]) -> Self:
        return self.filter(message__mailbox__in=mailboxes)

    def of_contact(self, contact: Contact) -> Self:
        """What his card shows: not what lies in Deleted."""
        return self.filter(contact=contact, message__deleted_at__isnull=True)

    def for_card(self) -> Self:
        return self.select_related("message__mailbox")

    def newest_first(self, *, before: tuple[datetime, int] | None = None) -> Self:
        """Keyset order; `before` is (received_at, message_id) of the last row of the page above."""
        return _keyset(self, "received_at", "message_id", before)


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


def _keyset(rows: Any, moment: str, key: str, before: tuple[datetime, int] | None) -> Any:  # noqa: ANN401  (any of the three)
    if before:
        at, row_id = before
        # The first condition alone would do for the result; it is what lets an index start in the right place.
        rows = rows.filter(**{f"{moment}__lte": at}).filter(Q(**{f"{moment}__lt": at}) | Q(**{f"{key}__lt": row_id}))
    return rows.order_by(f"-{moment}", f"-{key}")
