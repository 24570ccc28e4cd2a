"""Search over many letters, against its own SQL and an empty answer; and in one mailbox, against notmuch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from urllib.parse import urlencode

import psycopg2

from bench import product
from bench.big_place import BigPlace, serve
from bench.clients import Connection, connected, milliseconds, timed
from bench.event_stream import session_of
from bench.measuring import Samples, interleave
from bench.rows.imports import import_mailboxes
from bench.stage import Stage
from crm_mail.embedded.ports import free_port
from crm_mail.embedded.state import PROJECT

ADDRESS = "/api/v1/threads/"
REQUESTS = 20
WARM_UP = 5  # rounds, until each process of the server has its programs loaded
WORDS = {
    "search_common": "offer",
    "search_medium": "medium3",
    "search_rare": "rare{last}",
    "search_two": "medium3 medium4",
}
MAILBOX = 10_000
QUESTIONS = ("invoice", "договор", "renewal pricing", "zzyzx")  # of the corpus; the last one is in no letter


def search(stage: Stage) -> Iterator[Samples]:
    place = stage.big_place()
    for goal, words in WORDS.items():
        address = f"{ADDRESS}?{urlencode({'q': words.format(last=place.largest.last_letter)})}"
        yield _against_own_sql(stage, place, goal, address)


def _against_own_sql(stage: Stage, place: BigPlace, goal: str, address: str) -> Samples:
    statements = _captured(place, address)
    headers = place.asking(place.largest)
    times = stage.repetitions(REQUESTS)
    with (
        connected(place.port) as ours,
        connected(place.plain_port) as plain,
        closing(psycopg2.connect(place.environment["DATABASE_URL"])) as database,
    ):
        database.autocommit = True

        def theirs() -> float:
            empty = milliseconds(plain, lambda: ("/empty/", {}), times=times)
            return empty + min(timed(lambda: _run(database, statements)) for _ in range(times))

        milliseconds(ours, lambda: (address, headers), times=times)
        theirs()
        mine, others = interleave(
            lambda: milliseconds(ours, lambda: (address, headers), times=times),
            theirs,
            repetitions=stage.repetitions(7),
        )
    return Samples(goal, mine, others, {"letters": stage.size, "statements": len(statements)})


def _captured(place: BigPlace, address: str) -> Sequence[str]:
    command = [sys.executable, "-m", "bench.captured", "--session", place.largest.session, address]
    answer = subprocess.run(command, cwd=PROJECT, env=place.environment, check=True, capture_output=True, text=True)
    statements: Sequence[str] = json.loads(answer.stdout.splitlines()[-1])
    return statements


def _run(database: psycopg2.extensions.connection, statements: Sequence[str]) -> None:
    """Each planned for itself, as Django sends them."""
    with database.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            if cursor.description:
                cursor.fetchall()


def search_mailbox(stage: Stage) -> Iterator[Samples]:
    """The corpus, imported by a worker and fetched by mbsync."""
    user = stage.user(stage.number(MAILBOX))
    copy = stage.mail_copy(user)
    copy.update()
    with product.worker(stage.directory, pool="prefork", slots=1):
        import_mailboxes(stage, [user])
    product.vacuum()
    port = free_port()
    server = serve("mailbox", "crm_mail.wsgi:application", port, dict(os.environ), stage.directory)
    try:
        with connected(port) as connection:
            headers = _headers()
            for _ in range(WARM_UP):
                _ask_all(connection, headers)
            ours, theirs = interleave(
                lambda: _ask_all(connection, headers),
                lambda: sum(timed(partial(copy.search, words)) for words in QUESTIONS) / len(QUESTIONS),
                repetitions=stage.repetitions(9),
            )
    finally:
        server.stop()
    yield Samples("search_mailbox", ours, theirs, {"letters": product.message_count()})


def _ask_all(connection: Connection, headers: Mapping[str, str]) -> float:
    """The mean of the questions, in milliseconds."""
    paths = [f"{ADDRESS}?{urlencode({'q': words})}" for words in QUESTIONS]
    return sum(timed(partial(connection.get, path, headers)) for path in paths) / len(paths)


def _headers() -> dict[str, str]:
    member = product.only_member()
    return {"Cookie": f"sessionid={session_of(member.user, member.account.pk)}"}
