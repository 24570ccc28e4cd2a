"""The least that a client can do: bytes off a socket until the tagged answer, nothing looked at."""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence

from bench.dovecot import PASSWORD

RECEIVE = 1 << 20
TAIL = 4096
_DONE = re.compile(rb"(?:^|\r\n)A1 (OK|NO|BAD)[^\r\n]*\r\n$")


class RawImap:
    def __init__(self, port: int, user: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.recv(TAIL)
        self.command(f"LOGIN {user} {PASSWORD}")

    def command(self, text: str) -> int:
        """The number of bytes that came."""
        self._socket.sendall(f"A1 {text}\r\n".encode())
        total, tail = 0, b""
        while not (done := _DONE.search(tail)):
            received = self._socket.recv(RECEIVE)
            if not received:
                raise EOFError("the server hung up")
            total += len(received)
            tail = (tail + received)[-TAIL:]
        if done[1] != b"OK":
            raise RuntimeError(f"the server said {done[1].decode()}")
        return total

    def fetch_all(self, uids: Sequence[int], batch: int) -> int:
        """Whole letters with date and flags."""
        items = "UID FLAGS INTERNALDATE BODY.PEEK[]"
        starts = range(0, len(uids), batch)
        return sum(
            self.command(f"UID FETCH {uids[start]}:{uids[min(start + batch, len(uids)) - 1]} ({items})")
            for start in starts
        )

    def close(self) -> None:
        self._socket.close()
