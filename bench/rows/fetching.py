"""The fetch layer alone: letters off the wire as values of mailkit, against a socket that is only read."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.dovecot import PASSWORD
from bench.measuring import Samples, interleave
from bench.raw_imap import RawImap
from bench.stage import Stage
from mailkit.imap_session import ImapSession, open_imap
from mailkit.network import resolve_public, tls_context
from mailkit.types import Login, Secret, Security, ServerAddress
from sync.reading import BATCH_LETTERS, split_by_size

RAW_BATCH = 500


def fetch(stage: Stage) -> Iterator[Samples]:
    letters = stage.number(10_000)
    user = stage.user(letters)
    with connect(stage, user) as session:
        session.examine("INBOX")
        uids = session.list_uids()
    ours, theirs = interleave(
        lambda: _by_session(stage, user, uids),
        lambda: _by_socket(stage, user, uids),
        repetitions=stage.repetitions(5) + 1,
    )
    # The first pair only made the server's caches warm.
    yield Samples("fetch", ours[1:] or ours, theirs[1:] or theirs, {"letters": len(uids)})


def connect(stage: Stage, user: str) -> ImapSession:
    return open_imap(
        ServerAddress("localhost", stage.server.port, Security.NONE),
        Login(user, Secret(PASSWORD)),
        connect_seconds=10,
        read_seconds=60,
        tls=tls_context(),
        resolve=lambda host, port: resolve_public(host, port, allow_localhost=True),
    )


def _by_session(stage: Stage, user: str, uids: list[int]) -> float:
    """As sync.reading does it: sizes first, then whole letters in batches of bounded bytes."""
    began = time.perf_counter()
    count = 0
    with connect(stage, user) as session:
        session.examine("INBOX")
        for start in range(0, len(uids), BATCH_LETTERS):
            for group in split_by_size(session.fetch_headers(uids[start : start + BATCH_LETTERS])):
                count += sum(1 for _letter in session.fetch_messages([letter.uid for letter in group]))
    if count != len(uids):
        raise RuntimeError(f"{count} letters of {len(uids)} came")
    return time.perf_counter() - began


def _by_socket(stage: Stage, user: str, uids: list[int]) -> float:
    began = time.perf_counter()
    client = RawImap(stage.server.port, user)
    client.command("EXAMINE INBOX")
    client.fetch_all(uids, RAW_BATCH)
    client.close()
    return time.perf_counter() - began
