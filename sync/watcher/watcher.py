"""The loop: hears all connections, opens what is to be opened, renews, and has mailboxes woken.

All state belongs to its thread. What blocks is done by crews, which hand their reports back through `_reports`.
"""

from __future__ import annotations

import logging
import math
import selectors
import socket
import time
from collections import Counter
from collections.abc import Collection
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue

from django.db import Error as DatabaseError
from django.utils import timezone

from mailboxes.connections import idle_connection
from mailkit.errors import ConnectionFailed, LoginRefused, MailError
from mailkit.imap_idle import IdleConnection
from sync.services import start_sync
from sync.watcher.crew import Crew, Report
from sync.watcher.pace import Pace, name_of
from sync.watcher.roster import Connect, Watched, list_watched, open_watched
from sync.watcher.turnstile import Turnstile
from sync.watcher.waking import Marked, Woken, mark_due
from sync.watcher.watch import Stage, Watch

logger = logging.getLogger(__name__)

CLOSING_SECONDS = 2


class Watcher:
    """`run` returns after `stop`, which any thread and a signal handler may call."""

    def __init__(
        self, *, count: int = 1, index: int = 0, connect: Connect = idle_connection, pace: Pace | None = None
    ) -> None:
        self.pace = pace or Pace()
        self._share = {"count": count, "index": index}
        self._connect = connect
        self._watches: dict[int, Watch] = {}
        self._wakes: dict[int, float] = {}  # mailbox to the time at which it is woken
        self._reached_again: set[int] = set()
        self._starting: set[Woken] = set()
        self._selector = selectors.DefaultSelector()
        self._reports: SimpleQueue[Report] = SimpleQueue()
        self._bell, self._button = socket.socketpair()
        for end in (self._bell, self._button):
            end.setblocking(False)
        self._selector.register(self._bell, selectors.EVENT_READ, None)
        self._is_stopping = False
        now = time.monotonic()
        self._turnstile: Turnstile[Watch] = Turnstile(self.pace, now)
        self._look_at, self._roster_at, self._report_at = now, now, now + self.pace.report

    def stop(self) -> None:
        self._is_stopping = True
        self._ring()

    def run(self) -> None:
        # The broker has a thread of its own: when it is away, each task takes seconds to fail, and nothing else waits.
        self._openers = Crew("opener", self.pace.at_once, self._hand_back)
        self._desk, self._starter = Crew("desk", 1, self._hand_back), Crew("starter", 1, self._hand_back)
        logger.info("watching", extra=self._share)
        try:
            while not self._is_stopping:
                self._turn()
        finally:
            self._close()

    def counts(self) -> dict[str, int]:
        """How many mailboxes are in which stage."""
        return dict(Counter(watch.stage.name.lower() for watch in list(self._watches.values())))

    # ------------------------------------------------------------------------------------------------ the loop
    def _turn(self) -> None:
        for key, _mask in self._selector.select(self._patience()):
            if key.data is None:
                self._hear_reports()
            else:
                self._hear(key.data)
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + self.pace.look
            self._look_after_all(now)
        self._let_in(now)
        self._fire_wakes(now)

    def _patience(self) -> float:
        next_at = min(self._look_at, *self._wakes.values()) if self._wakes else self._look_at
        return max(next_at - time.monotonic(), 0)

    def _hand_back(self, report: Report) -> None:
        """From a crew's thread."""
        self._reports.put(report)
        self._ring()

    def _ring(self) -> None:
        with suppress(BlockingIOError, OSError):  # rung often enough already, or closed
            self._button.send(b"!")

    def _hear_reports(self) -> None:
        with suppress(BlockingIOError):
            self._bell.recv(4096)
        with suppress(Empty):
            while True:
                self._reports.get_nowait()()

    def _hear(self, watch: Watch) -> None:
        if watch.connection is None:  # let go by what was heard just before
            return
        try:
            events = watch.connection.read_events()
        except MailError as error:
            self._fail(watch, error)
            return
        now = time.monotonic()
        if events:
            self._plan_wake(watch, now)
        if watch.stage is Stage.RENEWING and watch.connection.is_idling:
            watch.stage, watch.due_at = Stage.IDLING, self.pace.next_renewal(now)

    def _look_after_all(self, now: float) -> None:
        for watch in self._watches.values():
            if watch.due_at <= now:
                self._look_after(watch, now)
        if now >= self._roster_at:
            self._roster_at = math.inf  # until it has been read
            self._desk.begin(partial(list_watched, **self._share), self._take_roster)
        if now >= self._report_at:
            self._report_at = now + self.pace.report
            logger.info("watching", extra=self.counts())

    def _look_after(self, watch: Watch, now: float) -> None:
        if watch.stage is Stage.WAITING:
            watch.stage = Stage.QUEUED
            self._turnstile.join(watch.mailbox.host, watch)
        elif watch.stage is Stage.IDLING:
            self._renew(watch, now)
        elif watch.stage is Stage.RENEWING:
            self._fail(watch, ConnectionFailed("The server does not answer any more", step="idle"))

    def _renew(self, watch: Watch, now: float) -> None:
        if watch.connection is None:
            return
        watch.stage, watch.due_at = Stage.RENEWING, now + self.pace.answer
        try:
            watch.connection.renew()
        except MailError as error:
            self._fail(watch, error)

    def _fail(self, watch: Watch, error: BaseException) -> None:
        self._let_go(watch, is_polite=False)
        now = time.monotonic()
        if isinstance(error, DatabaseError):  # ours, not the server's
            watch.due_at = now + self.pace.database
            return
        watch.due_at = self.pace.next_try(error, watch.count_failure(now), now)
        if isinstance(error, LoginRefused):
            watch.refused_at = timezone.now()
        told = {"mailbox_id": watch.mailbox.mailbox_id, "error": name_of(error), "failures": watch.failure_count}
        if isinstance(error, MailError):
            logger.info("no push for now", extra=told)
        else:
            logger.error("connecting broke", exc_info=error, extra=told)

    def _let_go(self, watch: Watch, *, is_polite: bool) -> None:
        connection = watch.let_go()
        if connection is None:
            return
        self._selector.unregister(connection)
        if is_polite:
            connection.close()
        else:
            connection.hang_up()

    # ------------------------------------------------------------------------------------------------ the roster
    def _take_roster(self, outcome: Future[dict[int, Watched]]) -> None:
        now = time.monotonic()
        if error := outcome.exception():
            self._roster_at = now + self.pace.database
            _tell("mailboxes not read", error)
            return
        self._roster_at = now + self.pace.roster
        roster = outcome.result()
        for mailbox_id in self._watches.keys() - roster.keys():
            self._let_go(self._watches.pop(mailbox_id), is_polite=True)
        for mailbox_id, seen in roster.items():
            self._follow(mailbox_id, seen, now)

    def _follow(self, mailbox_id: int, seen: Watched, now: float) -> None:
        watch = self._watches.get(mailbox_id)
        if watch is None or watch.mailbox != seen:  # new, or another server, login or password
            if watch:
                self._let_go(watch, is_polite=True)
            self._watches[mailbox_id] = Watch(seen)
        elif watch.is_accepted_again(seen):
            watch.due_at, watch.refused_at = now + self.pace.retry, None

    # ------------------------------------------------------------------------------------------------ connecting
    def _let_in(self, now: float) -> None:
        while watch := self._turnstile.next(now):
            if not self._is_current(watch):  # disconnected while it stood in the queue
                self._turnstile.leave(watch.mailbox.host)
                continue
            watch.stage, watch.due_at = Stage.OPENING, math.inf
            self._openers.begin(partial(self._open, watch.mailbox), partial(self._take_opened, watch))

    def _open(self, mailbox: Watched) -> IdleConnection:
        """From a thread of the openers."""
        connection = open_watched(mailbox, self._connect)
        if self._is_stopping:  # perhaps nobody takes it any more
            connection.close()
            raise ConnectionFailed("The watcher stops", step="idle")
        return connection

    def _take_opened(self, watch: Watch, outcome: Future[IdleConnection]) -> None:
        self._turnstile.leave(watch.mailbox.host)
        error = outcome.exception()
        if not self._is_current(watch):
            if error is None:
                outcome.result().close()
        elif error:
            self._fail(watch, error)
        else:
            self._begin_idling(watch, outcome.result())

    def _begin_idling(self, watch: Watch, connection: IdleConnection) -> None:
        now = time.monotonic()
        watch.open(connection, now)
        watch.due_at = self.pace.next_renewal(now)
        self._selector.register(connection, selectors.EVENT_READ, watch)
        # Letters may have come while nobody listened.
        self._reached_again.add(watch.mailbox.mailbox_id)
        self._plan_wake(watch, now)

    def _is_current(self, watch: Watch) -> bool:
        return self._watches.get(watch.mailbox.mailbox_id) is watch

    # ------------------------------------------------------------------------------------------------ waking
    def _plan_wake(self, watch: Watch, now: float) -> None:
        if watch.mailbox.mailbox_id not in self._wakes:
            self._wakes[watch.mailbox.mailbox_id] = watch.plan_wake(now, self.pace)

    def _fire_wakes(self, now: float) -> None:
        due = {mailbox_id for mailbox_id, at in self._wakes.items() if at <= now}
        if not due:
            return
        for mailbox_id in due:
            del self._wakes[mailbox_id]
        reached = due & self._reached_again
        self._reached_again -= reached
        self._desk.begin(partial(mark_due, due, reached_again=reached), partial(self._take_marked, due, reached))

    def _take_marked(self, due: Collection[int], reached: set[int], outcome: Future[Marked]) -> None:
        if error := outcome.exception():
            _tell("mailboxes not woken", error)
            if isinstance(error, DatabaseError):
                self._wake_later(due, reached, self.pace.database)
            return
        marked = outcome.result()
        self._wake_later(marked.held, reached & marked.held, self.pace.wake_again)
        for woken in marked.woken:
            if woken not in self._starting:
                self._starting.add(woken)
                start = partial(start_sync, woken.account_id, woken.mailbox_id)
                self._starter.begin(start, partial(self._take_started, woken))

    def _wake_later(self, mailbox_ids: Collection[int], reached: set[int], seconds: float) -> None:
        self._reached_again |= reached
        self._wakes = dict.fromkeys(mailbox_ids, time.monotonic() + seconds) | self._wakes

    def _take_started(self, woken: Woken, outcome: Future[None]) -> None:
        self._starting.discard(woken)
        if error := outcome.exception():
            _tell("visit not started", error)  # it is due: the next round of the schedule takes it

    # ------------------------------------------------------------------------------------------------ the end
    def _close(self) -> None:
        until = time.monotonic() + CLOSING_SECONDS
        for watch in self._watches.values():
            self._let_go(watch, is_polite=True)
        self._watches.clear()
        for crew in (self._openers, self._desk, self._starter):
            crew.dismiss(max(until - time.monotonic(), 0))
        self._hear_reports()  # a connection that was opened just now belongs to nobody: it is closed
        self._selector.close()
        self._bell.close()
        self._button.close()
        logger.info("watching no more")


def _tell(what: str, error: BaseException) -> None:
    """PostgreSQL and the broker may be away for a while; anything else is a fault of ours."""
    if isinstance(error, DatabaseError):
        logger.warning(what, extra={"error": name_of(error)})
    else:
        logger.error(what, exc_info=error)
