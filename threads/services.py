"""What people do with stored mail: open, delete, restore. Nothing of it ever reaches the mail server (G06, K60)."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from accounts import live
from accounts.audit import record
from accounts.errors import NotAllowed
from accounts.models import Membership
from threads.models import Message, Thread
from threads.querysets import MessageQuerySet
from threads.thread_counts import lock_threads, recount_threads


def mark_read(member: Membership, thread_ids: Collection[int], *, is_read: bool = True) -> int:
    """Mark the incoming letters of threads, or make the newest of each unread again; the number of letters changed."""
    letters = (
        Message.objects.visible_to(member).kept().filter(thread__in=thread_ids, direction=Message.Direction.INCOMING)
    )
    if not is_read:
        newest = letters.order_by("thread", "-received_at", "-id").distinct("thread")
        letters = Message.objects.visible_to(member).filter(pk__in=newest.values("pk"))
    return _change(letters.exclude(is_read=is_read), is_read=is_read)


def delete_messages(member: Membership, message_ids: Collection[int]) -> int:
    """Move letters to Deleted, in the CRM only; the number of those that were not there (K60)."""
    return _delete(member, Message.objects.visible_to(member).kept().filter(pk__in=message_ids))


def delete_threads(member: Membership, thread_ids: Collection[int]) -> int:
    """All letters of these threads to Deleted; the number of letters."""
    return _delete(member, Message.objects.visible_to(member).kept().filter(thread__in=thread_ids))


def restore_messages(member: Membership, message_ids: Collection[int]) -> int:
    """Letters back from Deleted; administrators only (K63). Raises NotAllowed."""
    return _restore(member, Message.objects.visible_to(member).filter(pk__in=message_ids))


def restore_threads(member: Membership, thread_ids: Collection[int]) -> int:
    """All deleted letters of these threads; administrators only (K63). Raises NotAllowed."""
    return _restore(member, Message.objects.visible_to(member).filter(thread__in=thread_ids))


@transaction.atomic
def _delete(member: Membership, letters: MessageQuerySet) -> int:
    count = _change(letters, deleted_at=timezone.now(), deleted_by=member)
    if count:
        record(member, "messages.deleted", count=count)
    return count


@transaction.atomic
def _restore(member: Membership, letters: MessageQuerySet) -> int:
    if not member.is_admin:
        raise NotAllowed
    count = _change(letters.filter(deleted_at__isnull=False), deleted_at=None, deleted_by=None)
    if count:
        record(member, "messages.restored", count=count)
    return count


@transaction.atomic
def _change(letters: MessageQuerySet, **changes: object) -> int:
    """Change these letters and bring their threads in line; the number of letters changed."""
    mailbox_of = _lock_threads_of(letters)
    count = letters.update(**changes)
    recount_threads(mailbox_of)
    for mailbox_id in set(mailbox_of.values()) if count else ():
        live.publish("mail", mailbox_id=mailbox_id)
    return count


def _lock_threads_of(letters: MessageQuerySet) -> dict[int, int]:
    """The mailboxes of the threads of these letters, by thread. While we waited, letters may have moved: look again."""
    threads = Thread.objects.filter(pk__in=letters.values("thread")).values_list("pk", "mailbox_id")
    locked: dict[int, int] = {}
    while (found := dict(threads.all())).keys() - locked.keys():
        lock_threads(found)
        locked |= found
    return locked
