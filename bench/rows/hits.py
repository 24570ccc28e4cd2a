"""Opens and clicks of letters as strangers bring them about, against an empty view that inserts one row.

Both by the same server. Each request is for another letter, as with a mailing that has just gone out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import cycle
from urllib.parse import urlsplit

import psycopg2
from django.conf import settings

from accounts.tenancy import tenant
from bench import product
from bench.big_place import BigPlace, open_servers
from bench.clients import Path, requests_a_second
from bench.measuring import Samples, interleave
from bench.stage import Stage
from tracking.addresses import link_url, pixel_url
from tracking.models import Hit, Link, Tracked

CLIENTS = 8
SECONDS = 4.0
WARM_UP_SECONDS = 2.0
LETTERS = 5_000
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PLAIN_TABLE = """
DROP TABLE IF EXISTS bench_hit;
CREATE TABLE bench_hit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL);
GRANT SELECT, INSERT ON bench_hit TO PUBLIC
"""


def hits(stage: Stage) -> Iterator[Samples]:
    account_id = product.new_account("hits", with_contacts=False)
    opens, clicks = _letters(account_id, stage.number(LETTERS))
    _make_plain_table()
    place = open_servers([], dict(os.environ), stage.directory)
    try:
        yield _against_plain(stage, place, "open_hits", opens)
        yield _against_plain(stage, place, "click_hits", clicks)
    finally:
        place.stop()
    with tenant(account_id):
        if not Hit.objects.filter(link=None).exists() or not Hit.objects.exclude(link=None).exists():
            raise RuntimeError("nothing was written down")


def _letters(account_id: int, number: int) -> tuple[Sequence[str], Sequence[str]]:
    """The paths of their pixels and of their links."""
    with tenant(account_id):
        letters = Tracked.objects.bulk_create(Tracked(kind="letter", has_pixel=True) for _ in range(number))
        links = Link.objects.bulk_create(
            Link(tracked=letter, position=1, target_url="https://acme.example/offer") for letter in letters
        )
        product.vacuum()
        return [_path(pixel_url(row.pk)) for row in letters], [_path(link_url(row.pk)) for row in links]


def _path(url: str) -> str:
    return urlsplit(url).path


def _make_plain_table() -> None:
    with closing(psycopg2.connect(os.environ["DATABASE_OWNER_URL"])) as connection, connection.cursor() as cursor:
        cursor.execute(PLAIN_TABLE)
        connection.commit()


def _against_plain(stage: Stage, place: BigPlace, goal: str, paths: Sequence[str]) -> Samples:
    seconds = stage.seconds(SECONDS)
    headers = {"Host": urlsplit(settings.PUBLIC_URL).netloc, "User-Agent": USER_AGENT}
    letters = cycle(paths)

    def next_letter() -> tuple[str, dict[str, str]]:
        return next(letters), headers

    def plain() -> tuple[str, dict[str, str]]:
        return "/insert/", {}

    for port, path in ((place.port, next_letter), (place.plain_port, plain)):
        _rate(port, path, WARM_UP_SECONDS)  # the first request of a server process loads half the application
    ours, theirs = interleave(
        lambda: _rate(place.port, next_letter, seconds),
        lambda: _rate(place.plain_port, plain, seconds),
        repetitions=stage.repetitions(5),
    )
    return Samples(goal, ours, theirs, {"clients": CLIENTS, "letters": len(paths)})


def _rate(port: int, path: Path, seconds: float) -> float:
    return requests_a_second(port, path, clients=CLIENTS, seconds=seconds)
