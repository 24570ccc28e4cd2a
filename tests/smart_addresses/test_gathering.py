"""What waits together is done together, and nobody suffers for what is wrong with another's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from smart_addresses.gathering import Gathering


class Work:
    """Waits for `may_go`, notes its lots, doubles numbers."""

    def __init__(self) -> None:
        self.lots: list[list[int]] = []
        self.may_go = Event()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.may_go.wait(20)
        self.lots.append(list(numbers))
        if 0 in numbers:
            raise ValueError("nothing to double")
        return [number * 2 for number in numbers]


@pytest.fixture
def work() -> Work:
    return Work()


def run(work: Work, ask_all: Callable[[Gathering[int, int]], Awaitable[object]], *, most: int = 10) -> None:
    async def main() -> None:
        with ThreadPoolExecutor(2) as threads:
            await ask_all(Gathering(work, threads, most=most))

    asyncio.run(main())


def begun(gathering: Gathering[int, int], numbers: range) -> list[asyncio.Task[int]]:
    return [asyncio.create_task(gathering.ask(number)) for number in numbers]


def test_what_comes_meanwhile_is_the_next_lot(work: Work) -> None:
    async def ask(gathering: Gathering[int, int]) -> None:
        tasks = begun(gathering, range(1, 7))
        await asyncio.sleep(0)
        work.may_go.set()
        assert await asyncio.gather(*tasks) == [2, 4, 6, 8, 10, 12]

    run(work, ask, most=4)
    assert work.lots == [[1], [2, 3, 4, 5], [6]]


def test_one_that_fails_fails_alone(work: Work) -> None:
    async def ask(gathering: Gathering[int, int]) -> None:
        first = begun(gathering, range(9, 10))
        tasks = begun(gathering, range(3))
        await asyncio.sleep(0)
        work.may_go.set()
        outcomes = await asyncio.gather(*first, *tasks, return_exceptions=True)
        assert [outcomes[0], *outcomes[2:]] == [18, 2, 4]
        assert isinstance(outcomes[1], ValueError)

    run(work, ask)
    assert sorted(work.lots) == [[0], [0, 1, 2], [1], [2], [9]]


def test_who_has_gone_is_not_waited_for(work: Work) -> None:
    async def ask(gathering: Gathering[int, int]) -> None:
        gone, *others = begun(gathering, range(1, 4))
        await asyncio.sleep(0)
        gone.cancel()
        work.may_go.set()
        assert await asyncio.gather(*others) == [4, 6]

    run(work, ask)
