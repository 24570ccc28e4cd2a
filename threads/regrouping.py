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
from threads.clients import correct_clients
from threads.grouping import Letter, Placement, answered_ids, plan_anew
from threads.models import Thread
from threads.signals import letters_moved
from threads.sql import array_literal, run, select
from threads.thread_counts import lock_threads, recount_threads

LETTERS = """
SELECT id, received_at, message_id_header, in_reply_to, reference_ids, client_key, group_key, manual_group, thread_id,
  thread_reason
FROM threads_message WHERE mailbox_id = %s
"""
MOVE = """
UPDATE threads_message m SET thread_id = v.thread_id, thread_reason = v.reason
FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS v(id, thread_id, reason) WHERE m.id = v.id
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
    asked = Mailbox.objects.filter(pk=held.pk, needs_regrouping=True).update(needs_regrouping=False)
    lock_threads(list(Thread.objects.filter(mailbox=held).values_list("pk", flat=True)))
    stored = {row.letter.ref: row for row in map(_stored, select(LETTERS, [held.pk]))}
    plan = plan_anew((row.letter for row in stored.values()), is_grouping=held.group_messages)
    moved = _move(plan, stored, _choose_threads(plan, stored))
    if moved:
        live.publish("mail", mailbox_id=held.pk)
    if asked:
        live.publish("mailbox", mailbox_id=held.pk)  # its page says that it is being done
    return moved


def _stored(row: tuple[Any, ...]) -> _Stored:
    pk, received_at, message_id, in_reply_to, references, client_key, key, by_hand, thread_id, reason = row
    answered = answered_ids(in_reply_to, references)
    return _Stored(Letter(pk, received_at, message_id, answered, client_key, bytes(key), by_hand), thread_id, reason)


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
    copies = copy_threads([stored[heads[number]].thread_id for number in missing])
    return {**chosen, **dict(zip(missing, copies, strict=True))}


def _groups(plan: Mapping[int, Placement]) -> Iterator[tuple[int, int]]:
    """(letter, number of its group)."""
    return ((ref, placement.new_thread) for ref, placement in plan.items() if placement.new_thread is not None)


def copy_threads(thread_ids: Sequence[int]) -> list[int]:
    """New threads beside these; counts and clients are corrected afterwards."""
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
    run(MOVE, [array_literal(column) for column in zip(*changes, strict=True)])
    bring_in_line({stored[ref].thread_id for ref, *_ in changes} | {thread_id for _, thread_id, _ in changes})
    return sum(stored[ref].thread_id != thread_id for ref, thread_id, _ in changes)


def bring_in_line(thread_ids: set[int]) -> None:
    """Locked threads that letters have left or come to: counts, clients, and nothing stays that is empty."""
    recount_threads(thread_ids)
    correct_clients(thread_ids)
    letters_moved.send(Thread, thread_ids=thread_ids)
    Thread.objects.filter(pk__in=thread_ids, messages__isnull=True).delete()
