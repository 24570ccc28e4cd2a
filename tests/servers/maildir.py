"""Letters put into Dovecot's folders as files, which takes a hundredth of the time that APPEND does."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from tests.servers.dovecot import DovecotServer

_serial = itertools.count(1)
_VALIDITY = re.compile(rb"(?<= V)\d+")


def put_letters(
    server: DovecotServer,
    user: str,
    letters: Iterable[bytes],
    folder: str = "INBOX",
    *,
    received_at: datetime | None = None,
) -> None:
    """They get UIDs in this order when Dovecot looks next."""
    directory = _directory(server, user, folder)
    owner = directory.stat()
    seconds = (received_at or datetime.now(UTC)).timestamp()
    for raw in letters:
        path = directory / "cur" / f"{next(_serial):010}.test:2,"
        path.write_bytes(raw)
        os.chown(path, owner.st_uid, owner.st_gid)
        os.utime(path, (seconds, seconds))  # INTERNALDATE


def flip_uidvalidity(server: DovecotServer, user: str, folder: str = "INBOX") -> None:
    """The same letters with other UIDs, as after the loss of Dovecot's index and a rebuilding of it."""
    directory = _directory(server, user, folder)
    names = directory / "dovecot-uidlist"
    head, _, rest = names.read_bytes().partition(b"\n")
    found = _VALIDITY.search(head)
    assert found
    numbers = itertools.count(1)
    lines = [b"%d %s" % (next(numbers), line.partition(b" ")[2]) for line in reversed(rest.splitlines())]
    head = _VALIDITY.sub(b"%d" % (int(found[0]) + 1), head)
    head = re.sub(rb"(?<= N)\d+", b"%d" % next(numbers), head)
    names.write_bytes(b"\n".join([head, *lines, b""]))
    for index in directory.glob("dovecot.index*"):
        index.unlink()


def _directory(server: DovecotServer, user: str, folder: str) -> Path:
    inbox = server.directory / "mail" / user
    place = inbox if folder == "INBOX" else inbox / f".{folder}"
    if not (place / "cur").exists():
        with server.connect(user) as client:
            client.select(f'"{folder}"')  # Dovecot makes it, as its own
    return place
