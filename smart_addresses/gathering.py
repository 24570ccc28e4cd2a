"""Questions that wait together are answered together: one statement, one wait for the disk, one commit for all of them.
What comes while a lot is worked at is the next lot; who comes alone never waits for others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Gathering(Generic[Question, Answer]):
    """Of one event loop. `work` runs in a thread and gives answers in the order of the questions."""

    def __init__(
        self,
        work: Callable[[Sequence[Question]], Sequence[Answer]],
        threads: Executor,
        *,
        lots: int = 1,
        most: int,
    ) -> None:
        self._work, self._threads = work, threads
        self._free = lots  # how many may be worked at at once
        self._most = most
        self._waiting: list[_Asked[Question, Answer]] = []

    async def ask(self, question: Question) -> Answer:
        """Raises what the work raised for this question."""
        loop = asyncio.get_running_loop()
        asked = _Asked[Question, Answer](question, loop.create_future())
        self._waiting.append(asked)
        self._begin_next()
        return await asked.answer

    def _begin_next(self) -> None:
        if self._waiting and self._free > 0:
            lot, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            self._begin(lot)

    def _begin(self, lot: list[_Asked[Question, Answer]]) -> None:
        self._free -= 1
        loop = asyncio.get_running_loop()
        done = loop.run_in_executor(self._threads, self._work, [asked.question for asked in lot])
        done.add_done_callback(partial(self._share, lot))

    def _share(self, lot: list[_Asked[Question, Answer]], done: asyncio.Future[Sequence[Answer]]) -> None:
        self._free += 1
        error = done.exception()
        if error is None:
            for asked, answer in zip(lot, done.result(), strict=True):
                asked.tell(answer)
        elif len(lot) == 1:
            lot[0].fail(error)
        else:  # nobody suffers for what is wrong with another's
            for asked in lot:
                if not asked.answer.done():
                    self._begin([asked])
        self._begin_next()


class _Asked(Generic[Question, Answer]):
    """Who asks may have gone meanwhile."""

    def __init__(self, question: Question, answer: asyncio.Future[Answer]) -> None:
        self.question, self.answer = question, answer

    def tell(self, answer: Answer) -> None:
        if not self.answer.done():
            self.answer.set_result(answer)

    def fail(self, error: BaseException) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)
