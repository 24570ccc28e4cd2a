"""What the listener asks: the doors from its event loop to database and storage, by a few threads."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from threading import Barrier
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connections

from accounts.tenancy import tenant
from mailkit.smtp_letters import NO_SUCH_ADDRESS, SMALL_BYTES, ArrivingLetter, Envelope, Fault, TryLater
from smart_addresses.addresses import Recipient, account_named_in, accounts_of
from smart_addresses.gathering import Gathering
from smart_addresses.refusing import note_refusal
from smart_addresses.starting import Starter
from smart_addresses.storing import Delivery, store_letters

logger = logging.getLogger(__name__)
THREADS = 8  # connections to the database
MOST_TOGETHER = 50
SMALL_LOTS = 3  # while one waits for the disk another is read
LARGE_LOTS = 3  # letters that are alone, and may keep a thread for a second
MOST_UNKNOWN = 10
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NamedRecipient:
    """An account's address, and how the peer wrote it: that makes no other of it."""

    recipient: Recipient
    named: str = field(compare=False)


class LetterDesk:
    """A mailkit.smtp_letters.Desk."""

    def __init__(self, our_name: str) -> None:
        self._our_name = our_name
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="letters")
        self._starter = Starter()
        store = partial(_in_database, partial(store_letters, our_name=our_name))
        self._admitting = Gathering(partial(_in_database, accounts_of), self._threads, most=MOST_TOGETHER)
        self._storing = Gathering(store, self._threads, lots=SMALL_LOTS, most=MOST_TOGETHER)
        self._storing_large = Gathering(store, self._threads, lots=LARGE_LOTS, most=1)
        self._noting = Gathering(partial(_in_database, _note_refusals), self._threads, most=1)  # or some count twice
        self._unknown = 0  # addresses that nobody has, being looked at

    async def admit(self, recipient: str, _envelope: Envelope) -> NamedRecipient | None:
        found = await _or_later(self._admitting.ask(recipient))
        return NamedRecipient(found, recipient) if found else None

    async def keep(self, letter: ArrivingLetter, recipient: NamedRecipient) -> Fault | None:
        gathering = self._storing if letter.size <= SMALL_BYTES else self._storing_large
        outcome = await _or_later(gathering.ask(Delivery(letter, recipient.recipient, recipient.named)))
        if isinstance(outcome, Fault):
            return outcome
        self._starter.start(recipient.recipient.account_id, outcome)
        return None

    async def note_fault(self, fault: Fault, envelope: Envelope, recipient: NamedRecipient) -> None:
        await _or_later(self._noting.ask(_Refusal(fault, envelope, recipient)))

    def note_unknown(self, recipient: str, envelope: Envelope) -> None:
        """Nobody waits for it, so more than a few at once are a flood, and not noted."""
        if self._unknown >= MOST_UNKNOWN:
            return
        self._unknown += 1
        noting = partial(_in_database, _note_unknown, (recipient, envelope))
        asyncio.get_running_loop().run_in_executor(self._threads, noting).add_done_callback(self._unknown_noted)

    def _unknown_noted(self, done: asyncio.Future[None]) -> None:
        self._unknown -= 1
        if error := done.exception():
            logger.warning("a refusal is not noted", extra={"error": type(error).__name__})

    def close(self) -> None:
        """When what has begun is done."""
        self._starter.close()
        together = Barrier(THREADS)
        for _ in range(THREADS):
            self._threads.submit(_leave, together)
        self._threads.shutdown()


def _leave(together: Barrier) -> None:
    """A thread closes its own connections only: none may do it twice, while another goes without."""
    together.wait()
    connections.close_all()


@dataclass(frozen=True, slots=True)
class _Refusal:
    fault: Fault
    envelope: Envelope
    recipient: NamedRecipient


def _note_refusals(refusals: Sequence[_Refusal]) -> list[None]:
    for refusal in refusals:
        with tenant(refusal.recipient.recipient.account_id):
            note_refusal(refusal.fault, refusal.envelope, recipient=refusal.recipient.named)
    return [None] * len(refusals)


def _note_unknown(asked: tuple[str, Envelope]) -> None:
    recipient, envelope = asked
    account_id = account_named_in(recipient)
    if account_id is not None:
        with tenant(account_id):
            note_refusal(NO_SUCH_ADDRESS, envelope, recipient=recipient)


async def _or_later(answer: Awaitable[T]) -> T:
    """Raises TryLater when disk or database are to blame."""
    try:
        return await answer
    except (OperationalError, InterfaceError, OSError) as error:
        logger.warning("a letter must wait", extra={"error": type(error).__name__})
        raise TryLater from error


Questions = TypeVar("Questions")


def _in_database(work: Callable[[Questions], T], questions: Questions) -> T:
    """Twice, if need be: a server that was away has left a broken connection, and all our work may be repeated. To ask
    each time whether it still is well would cost a statement for each.
    """
    try:
        return work(questions)
    except (OperationalError, InterfaceError):
        connections.close_all()
        return work(questions)
