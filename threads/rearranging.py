"""Merging and splitting threads by hand (G01). Later mail respects it, and so does regrouping.

All letters concerned get a `manual_group`: after a merge the same, after a split one for each part. The number is that
of the line in the audit log, negative for the part that stays: so a letter can say who put it where it is, and when.
Filing and regrouping keep equal numbers together (threads.grouping.plan_anew); what comes later follows the letter it
answers, then the newest letter of its client and subject that has such a number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import live
from accounts.audit import record
from accounts.models import Membership
from mailboxes.models import Mailbox
from threads.errors import MessageNotFound, RearrangingRefused, ThreadNotFound
from threads.models import Message, Thread
from threads.regrouping import bring_in_line, copy_threads
from threads.sql import array_literal, run
from threads.thread_counts import lock_threads

MERGED, SPLIT, UNDONE = "threads.merged", "threads.split", "threads.undone"
MOST_MERGED = 500  # threads at once

PUT_BACK = """
UPDATE threads_message m SET thread_id = v.thread_id, manual_group = v.manual_group, thread_reason = v.reason
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[]) AS v(id, thread_id, manual_group, reason)
WHERE m.id = v.id
"""


class Origin(NamedTuple):
    """Where a letter was before."""

    message_id: int
    thread_id: int
    manual_group: int | None
    reason: str  # Message.ThreadReason


class Rearranged(NamedTuple):
    """What became of it. `number` and `origins` are what `undo_rearranging` asks for; both are plain JSON."""

    thread: Thread  # that all went to, or that was split off
    number: int
    origins: Sequence[Origin]


@transaction.atomic
def merge_threads(member: Membership, target_id: int, other_ids: Collection[int]) -> Rearranged:
    """All letters of the others go to the target, whoever their clients are. Raises ThreadNotFound, and
    RearrangingRefused: for other mailboxes (K31), too many, or none."""
    ids = {target_id, *other_ids}
    if not 1 < len(ids) <= MOST_MERGED:
        raise RearrangingRefused("thread", _("Choose from 2 to %(most)s conversations.") % {"most": MOST_MERGED})
    mailbox = _hold_mailbox_of(member, ids)
    target = _lock(member, ids)[target_id]
    letters = Message.objects.filter(thread__in=ids)
    origins = _origins(letters.values_list(*ORIGIN))
    event = record(member, MERGED, target=target, count=len(ids))
    letters.update(thread=target, manual_group=event.pk, thread_reason=Message.ThreadReason.MANUAL)
    _finish(mailbox, ids)
    target.refresh_from_db()
    return Rearranged(target, event.pk, origins)


@transaction.atomic
def split_thread(member: Membership, thread_id: int, message_ids: Collection[int]) -> Rearranged:
    """These letters get a thread of their own. Raises ThreadNotFound, MessageNotFound when one is not in the thread,
    and RearrangingRefused when nothing would stay."""
    mailbox = _hold_mailbox_of(member, {thread_id})
    thread = _lock(member, {thread_id})[thread_id]
    letters = Message.objects.filter(thread=thread)
    leaving = Message.objects.visible_to(member).readable().filter(thread=thread, pk__in=message_ids)
    leaving_ids = list(leaving.values_list("pk", flat=True))
    if not message_ids or len(leaving_ids) != len(set(message_ids)):
        raise MessageNotFound
    if not letters.kept().exclude(pk__in=leaving_ids).exists():
        raise RearrangingRefused("messages", _("At least one letter has to stay in the conversation."))
    origins = _origins(letters.values_list(*ORIGIN))
    own = Thread.objects.get(pk=copy_threads([thread.pk])[0])
    event = record(member, SPLIT, target=own, count=len(leaving_ids))
    letters.update(manual_group=-event.pk, thread_reason=Message.ThreadReason.MANUAL)
    letters.filter(pk__in=leaving_ids).update(thread=own, manual_group=event.pk)
    _finish(mailbox, {thread.pk, own.pk})
    own.refresh_from_db()
    return Rearranged(own, event.pk, origins)


@transaction.atomic
def undo_rearranging(member: Membership, number: int, origins: Iterable[Origin]) -> int:
    """Everything back where it was, what has been put elsewhere since stays there; the number of letters put back."""
    was = {origin.message_id: origin for origin in origins}
    moved = Message.objects.visible_to(member).filter(pk__in=was, manual_group__in=[number, -number])
    now_in = dict(moved.values_list("pk", "thread"))
    if not now_in:
        return 0
    mailbox = _hold_mailbox_of(member, set(now_in.values()))
    ids = {*now_in.values(), *(was[pk].thread_id for pk in now_in)}
    lock_threads(ids)
    back = [was[pk] for pk in moved.order_by("pk").values_list("pk", flat=True)]  # as they are now that we hold them
    _revive_threads({origin.thread_id: now_in[origin.message_id] for origin in back if origin.message_id in now_in})
    run(PUT_BACK, [array_literal(column) for column in zip(*back, strict=True)])
    record(member, UNDONE, count=len(back))
    _finish(mailbox, ids)
    return len(back)


def _hold_mailbox_of(member: Membership, thread_ids: Collection[int]) -> Mailbox:
    """Until the commit nothing is filed into it, nor regrouped."""
    of_threads = Thread.objects.visible_to(member).filter(pk__in=thread_ids).values("mailbox")
    found = list(Mailbox.objects.visible_to(member).filter(pk__in=of_threads).select_for_update(no_key=True)[:2])
    if not found:
        raise ThreadNotFound
    if len(found) > 1:
        raise RearrangingRefused("thread", _("Conversations of different mailboxes cannot be merged."))
    if not found[0].group_messages:
        words = _("Grouping is switched off for this mailbox: there every letter stands alone.")
        raise RearrangingRefused("thread", words)
    return found[0]


def _lock(member: Membership, thread_ids: Collection[int]) -> dict[int, Thread]:
    lock_threads(thread_ids)
    threads = Thread.objects.visible_to(member).readable().in_bulk(list(thread_ids))
    if len(threads) != len(thread_ids):
        raise ThreadNotFound
    return threads


ORIGIN = ("pk", "thread", "manual_group", "thread_reason")


def _origins(rows: Iterable[tuple[int, int, int | None, str]]) -> list[Origin]:
    return [Origin(*row) for row in rows]


def _revive_threads(models: dict[int, int]) -> None:
    """Threads that went because they were empty come back with their old ids, so that saved links work again. Each as a
    copy of the thread where its letters are now; a sequence gives no id twice."""
    gone = set(models) - set(Thread.objects.filter(pk__in=models).values_list("pk", flat=True))
    for old_id in sorted(gone):
        copy = Thread.objects.get(pk=models[old_id])
        copy.pk = old_id
        copy.save(force_insert=True)


def _finish(mailbox: Mailbox, thread_ids: set[int]) -> None:
    bring_in_line(thread_ids)
    live.publish("mail", mailbox_id=mailbox.pk)
