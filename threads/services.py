"""What people do with stored mail: open, delete, restore. Nothing of it ever reaches the mail server (G06, K60)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts import live
from accounts.audit import record
from accounts.errors import NotAllowed
from accounts.models import Membership
from threads.correspondents import note_deleted
from threads.deleted import in_own_deleted, may_see_deleted, not_over
from threads.models import Message, Thread
from threads.querysets import MessageQuerySet
from threads.thread_counts import lock_threads, recount_threads

UNDO_TIME = timedelta(minutes=15)


def mark_read(member: Membership, thread_ids: Collection[int], *, is_read: bool = True) -> int:
    """Mark the incoming letters of threads, or make the newest of each unread again; the number of letters changed."""
    return mark_messages(member, list_to_mark(member, thread_ids, is_read=is_read), is_read=is_read)


def list_to_mark(member: Membership, thread_ids: Collection[int], *, is_read: bool) -> list[int]:
    """The letters that `mark_read` changes: what its undo has to know."""
    letters = (
        Message.objects.visible_to(member).kept().filter(thread__in=thread_ids, direction=Message.Direction.INCOMING)
    )
    if not is_read:
        newest = letters.order_by("thread", "-received_at", "-id").distinct("thread")
        letters = Message.objects.visible_to(member).filter(pk__in=newest.values("pk"))
    return list(letters.exclude(is_read=is_read).values_list("pk", flat=True))


def mark_messages(member: Membership, message_ids: Collection[int], *, is_read: bool) -> int:
    letters = Message.objects.visible_to(member).kept().filter(pk__in=message_ids)
    return _change(letters.filter(direction=Message.Direction.INCOMING).exclude(is_read=is_read), is_read=is_read)


def delete_messages(member: Membership, message_ids: Collection[int]) -> int:
    """Move letters to Deleted, in the CRM only; the number of those that were not there (K60)."""
    return _delete(member, Message.objects.visible_to(member).kept().filter(pk__in=message_ids))


def delete_threads(member: Membership, thread_ids: Collection[int]) -> int:
    """All letters of these threads to Deleted; the number of letters."""
    return _delete(member, Message.objects.visible_to(member).kept().filter(thread__in=thread_ids))


def undo_deleting(member: Membership, message_ids: Collection[int]) -> int:
    """What the member has just deleted comes back, whether Deleted is theirs to see or not."""
    since = timezone.now() - UNDO_TIME
    letters = Message.objects.visible_to(member).filter(pk__in=message_ids, deleted_by=member, deleted_at__gt=since)
    return restore(member, letters)


def restore_messages(member: Membership, message_ids: Collection[int]) -> int:
    """Letters back from Deleted, by who sees it (K63). Raises NotAllowed."""
    return _restore(member, Message.objects.visible_to(member).filter(pk__in=message_ids))


def restore_threads(member: Membership, thread_ids: Collection[int]) -> int:
    """All deleted letters of these threads, by who sees Deleted (K63). Raises NotAllowed."""
    return _restore(member, Message.objects.visible_to(member).filter(thread__in=thread_ids))


@transaction.atomic
def _delete(member: Membership, letters: MessageQuerySet) -> int:
    count = _change(letters, deleted_at=timezone.now(), deleted_by=member)
    if count:
        record(member, "messages.deleted", count=count)
    return count


def _restore(member: Membership, letters: MessageQuerySet) -> int:
    if not may_see_deleted(member):
        raise NotAllowed
    return restore(member, letters.filter(in_own_deleted(member)))


@transaction.atomic
def restore(actor: Membership, letters: MessageQuerySet) -> int:
    """For callers who have asked whether `actor` may. What is gone for good stays so."""
    count = _change(letters.filter(not_over()), deleted_at=None, deleted_by=None)
    if count:
        record(actor, "messages.restored", count=count)
    return count


@transaction.atomic
def _change(letters: MessageQuerySet, **changes: object) -> int:
    """Change these letters and bring their threads in line; the number of letters changed."""
    mailbox_of = _lock_threads_of(letters)
    people = _people_of(letters) if "deleted_at" in changes else {}
    count = letters.update(**changes)
    recount_threads(mailbox_of)
    for mailbox_id, email_keys in people.items():
        note_deleted(mailbox_id, email_keys)
    for mailbox_id in set(mailbox_of.values()) if count else ():
        live.publish("mail", mailbox_id=mailbox_id)
    return count


def _people_of(letters: MessageQuerySet) -> dict[int, set[str]]:
    """Who takes part in them, by mailbox."""
    people: dict[int, set[str]] = {}
    for mailbox_id, email_key in letters.order_by().values_list("mailbox", "participants__email_key").distinct():
        people.setdefault(mailbox_id, set()).add(email_key or "")
    return people


def _lock_threads_of(letters: MessageQuerySet) -> dict[int, int]:
    """The mailboxes of the threads of these letters, by thread. While we waited, letters may have moved: look again."""
    threads = Thread.objects.filter(pk__in=letters.values("thread")).values_list("pk", "mailbox_id")
    locked: dict[int, int] = {}
    while (found := dict(threads.all())).keys() - locked.keys():
        lock_threads(found)
        locked |= found
    return locked
