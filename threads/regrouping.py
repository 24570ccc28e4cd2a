"""Forming the threads of a mailbox anew: after "Group messages into threads" was changed (K33), and after an import,
which brings letters newest first, so that replies come before what they answer.

The plan is the one of filing, over all letters at once. It is made and written in one transaction, so no screen ever
shows half of it. Threads keep their ids where they can: the links people have saved go on working.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts import live
from mailboxes.models import Mailbox
from threads.grouping import KnownThreads, Letter, Placement, answered_ids, plan_threads
from threads.models import Thread
from threads.sql import run, select, values
from threads.thread_counts import lock_threads, recount_threads

LETTERS = """
SELECT m.id, m.received_at, m.message_id_header, m.in_reply_to, m.reference_ids, t.counterpart_key, m.group_key,
  m.thread_id, m.thread_reason
FROM threads_message m JOIN threads_thread t ON t.id = m.thread_id WHERE m.mailbox_id = %s
"""
MOVE = """
UPDATE threads_message m SET thread_id = v.thread_id, thread_reason = v.reason
FROM (VALUES {slots}) AS v(id, thread_id, reason) WHERE m.id = v.id
"""


@dataclass(frozen=True, slots=True)
class _Stored:
    """A letter as it lies, beside what grouping wants to know of it."""

    letter: Letter
    thread_id: int
    reason: str


@transaction.atomic
def regroup_mailbox(mailbox: Mailbox) -> int:
    """Put every letter of the mailbox where the rules want it now; the number of letters that moved."""
    held = Mailbox.objects.select_for_update(no_key=True).get(pk=mailbox.pk)
    Mailbox.objects.filter(pk=held.pk, needs_regrouping=True).update(needs_regrouping=False)
    lock_threads(list(Thread.objects.filter(mailbox=held).values_list("pk", flat=True)))
    stored = {row.letter.ref: row for row in map(_stored, select(LETTERS, [held.pk]))}
    nothing_known = KnownThreads({}, {})
    plan = plan_threads((row.letter for row in stored.values()), nothing_known, is_grouping=held.group_messages)
    threads = _choose_threads(plan, stored)
    moved = _move(plan, stored, threads)
    if moved:
        live.publish("mail", mailbox_id=held.pk)
    return moved


def _stored(row: tuple[Any, ...]) -> _Stored:
    pk, received_at, message_id, in_reply_to, references, client_key, key, thread_id, reason = row
    letter = Letter(pk, received_at, message_id, answered_ids(in_reply_to, references), client_key, bytes(key))
    return _Stored(letter, thread_id, reason)


def _choose_threads(plan: Mapping[int, Placement], stored: Mapping[int, _Stored]) -> dict[int, int]:
    """The thread of each group of the plan: that of its first letter that no other group has, else a new one."""
    chosen: dict[int, int] = {}
    heads: dict[int, int] = {}
    taken: set[int] = set()
    for ref, number in _groups(plan):
        heads.setdefault(number, ref)
        thread_id = stored[ref].thread_id
        if number not in chosen and thread_id not in taken:
            chosen[number] = thread_id
            taken.add(thread_id)
    missing = [number for number in heads if number not in chosen]
    copies = _copy_threads([stored[heads[number]].thread_id for number in missing])  # the same client
    return {**chosen, **dict(zip(missing, copies, strict=True))}


def _groups(plan: Mapping[int, Placement]) -> Iterator[tuple[int, int]]:
    """(letter, number of its group); where nothing is known every group is new."""
    return ((ref, placement.new_thread) for ref, placement in plan.items() if placement.new_thread is not None)


def _copy_threads(thread_ids: Sequence[int]) -> list[int]:
    """New threads with the clients of these; the counts come afterwards."""
    originals = Thread.objects.in_bulk(thread_ids)
    copies = Thread.objects.bulk_create(_copy(originals[thread_id]) for thread_id in thread_ids)
    return [copy.pk for copy in copies]


def _copy(thread: Thread) -> Thread:
    return Thread(
        mailbox_id=thread.mailbox_id,
        counterpart_address=thread.counterpart_address,
        counterpart_key=thread.counterpart_key,
        counterpart_name=thread.counterpart_name,
        last_message_at=thread.last_message_at,
    )


def _move(plan: Mapping[int, Placement], stored: Mapping[int, _Stored], threads: Mapping[int, int]) -> int:
    changes = [
        (ref, threads[number], plan[ref].reason.value)
        for ref, number in _groups(plan)
        if (stored[ref].thread_id, stored[ref].reason) != (threads[number], plan[ref].reason.value)
    ]
    if not changes:
        return 0
    slots, params = values(changes, casts=["bigint", "bigint", "text"])
    run(MOVE.format(slots=slots), params)
    left = {stored[ref].thread_id for ref, *_ in changes}
    recount_threads(left | {thread_id for _, thread_id, _ in changes})
    Thread.objects.filter(pk__in=left, messages__isnull=True).delete()
    return sum(stored[ref].thread_id != thread_id for ref, thread_id, _ in changes)
