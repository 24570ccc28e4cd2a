"""Lists over many letters: requests a second of eight clients, and what a deep page and much data cost.

Signed in, behind row-level security, each request for an account chosen by the number of its letters; against plain
views of the same rows (bench.plain) on the same kind of server.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from urllib.parse import urlsplit

from bench.big_data import BigAccount
from bench.big_place import BigPlace
from bench.clients import Path, connected, milliseconds, requests_a_second
from bench.measuring import Samples, interleave
from bench.stage import Stage

CLIENTS = 8
SECONDS = 4.0
FEW_LETTERS = 10_000
DEEP_PAGE = 1000
DEEP_ROWS = 10  # of a page: the largest account has 1,000 pages of so many conversations
WALK = 200  # rows of a page on the way there
REQUESTS = 100
LIST = "/api/v1/threads/"
MAIL = "/mail/inbox/"
FRAGMENT = {"HX-Request": "true"}


def list_api(stage: Stage) -> Iterator[Samples]:
    place = stage.big_place()
    yield _against_plain(stage, "list_api", _of_accounts(place, LIST), _plain(place, "/list/"))


def mail_screen(stage: Stage) -> Iterator[Samples]:
    place = stage.big_place()
    for goal, headers in (("mail_fragment", FRAGMENT), ("mail_page", {})):
        yield _against_plain(stage, goal, _of_accounts(place, MAIL, **headers), _plain(place, "/page/"))


def deep_page(stage: Stage) -> Iterator[Samples]:
    place = stage.big_place()
    pages = stage.number(DEEP_PAGE)
    deep = _walk(place, place.largest, pages * DEEP_ROWS)
    yield latency(
        stage,
        Samples("deep_page", (), (), {"page": pages, "letters": stage.size}),
        (place, of_account(place, place.largest, deep)),
        (place, of_account(place, place.largest, f"{LIST}?limit={DEEP_ROWS}")),
    )


def more_data(stage: Stage) -> Iterator[Samples]:
    """Each for the largest account of its data."""
    much, few = stage.big_place(), stage.big_place(FEW_LETTERS)
    yield latency(
        stage,
        Samples("more_data", (), (), {"letters": stage.size, "few_letters": FEW_LETTERS}),
        (much, of_account(much, much.largest, LIST)),
        (few, of_account(few, few.largest, LIST)),
    )


def _against_plain(stage: Stage, goal: str, ours: Path, theirs: Path) -> Samples:
    place = stage.big_place()

    def measure(port: int, path: Path) -> float:
        return requests_a_second(port, path, clients=CLIENTS, seconds=stage.seconds(SECONDS))

    for port, path in ((place.port, ours), (place.plain_port, theirs)):
        measure(port, path)  # caches are warm, connections to the database are open
    mine, others = interleave(
        lambda: measure(place.port, ours),
        lambda: measure(place.plain_port, theirs),
        repetitions=stage.repetitions(5),
    )
    return Samples(goal, mine, others, {"letters": stage.size})


def latency(
    stage: Stage, samples: Samples, ours: tuple[BigPlace, Path], theirs: tuple[BigPlace, Path], requests: int = REQUESTS
) -> Samples:
    """The median of a page, one client."""
    times = stage.number(requests)
    with connected(ours[0].port) as one, connected(theirs[0].port) as other:
        milliseconds(one, ours[1], times=times)
        milliseconds(other, theirs[1], times=times)
        mine, others = interleave(
            lambda: milliseconds(one, ours[1], times=times),
            lambda: milliseconds(other, theirs[1], times=times),
            repetitions=stage.repetitions(7),
        )
    return Samples(samples.goal, mine, others, samples.details)


def _walk(place: BigPlace, account: BigAccount, rows: int) -> str:
    """The address of the page that begins after so many rows, or of the last one: a cursor does not know numbers."""
    address = f"{LIST}?limit={WALK}"
    with connected(place.port) as connection:
        for _ in range(0, rows - WALK, WALK):
            following = json.loads(connection.get(address, place.asking(account)))["next"]
            if not following:
                break
            parts = urlsplit(following)
            address = f"{parts.path}?{parts.query}"
    return address.replace(f"limit={WALK}", f"limit={DEEP_ROWS}")


def of_account(place: BigPlace, account: BigAccount, address: str) -> Path:
    headers = place.asking(account)
    return lambda: (address, headers)


def _of_accounts(place: BigPlace, address: str, **headers: str) -> Path:
    dice = random.Random(1)
    return lambda: (address, place.asking(place.some_account(dice), **headers))


def _plain(place: BigPlace, address: str) -> Path:
    dice = random.Random(1)
    return lambda: (f"{address}?account={place.some_account(dice).id}", {})
