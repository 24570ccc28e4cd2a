"""An Inbox held in IDLE (RFC 2177): the server tells by itself when something happens there.

One thread holds thousands of these. What signing in needed (imapclient, imaplib, their buffers) is let go, and a
connection is a socket and a few numbers: about 1 kB, and 20 kB more with TLS, which are OpenSSL's.

    EXAMINING --OK, "IDLE"--> BEGINNING --"+"--> IDLING --renew(), "DONE"--> ENDING --OK, "IDLE"--> BEGINNING

imapclient's `idle_check` takes the end of a connection for silence. Here it is an error, and silence is not believed
for long: the caller renews, and a server that does not answer is given up.
"""

from __future__ import annotations

import imaplib
import io
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from enum import Enum, StrEnum, auto
from typing import Self

from mailkit.errors import ConnectionFailed, MailError, ProtocolViolated, PushNotOffered
from mailkit.imap_client import open_connection
from mailkit.imap_connection import ImapConnection
from mailkit.imap_errors import translated
from mailkit.network import Resolver
from mailkit.types import Login, ServerAddress

READ_BYTES = 16 * 1024  # a TLS record at its largest: what recv leaves behind is in the kernel, where selectors see it
MAX_LINE_BYTES = 64 * 1024
MAX_BYTES = 4 * 1024 * 1024  # from one renewal to the next: flags of 100,000 letters change at once
KEEPALIVE = {"TCP_KEEPIDLE": 120, "TCP_KEEPINTVL": 30, "TCP_KEEPCNT": 4}  # seconds, seconds, times; Linux's names

_COUNTED = re.compile(rb"\* (\d{1,10}) (EXISTS|RECENT|EXPUNGE|FETCH)\b", re.IGNORECASE)
_VANISHED = re.compile(rb"\* VANISHED\b", re.IGNORECASE)
_BYE = re.compile(rb"\* BYE\b", re.IGNORECASE)
_TAG = b"P1"  # one command at a time


class Event(StrEnum):
    """What happened in the Inbox. Which letter it was the visit finds out."""

    NEW = "new"
    GONE = "gone"
    FLAGS = "flags"


class _Phase(Enum):
    EXAMINING = auto()
    BEGINNING = auto()
    IDLING = auto()
    ENDING = auto()


class IdleConnection:
    """Made by `open_idle`. Methods do not block; they raise MailError, and the connection is good for nothing then."""

    __slots__ = ("_exists", "_phase", "_received", "_rest", "_socket")

    def __init__(self, sock: socket.socket, rest: bytes) -> None:
        self._socket = sock
        self._rest = rest  # not understood yet: the beginning of a line
        self._phase = _Phase.EXAMINING
        self._exists = 0  # letters in the Inbox, as the server said last
        self._received = 0  # bytes since the last renewal

    @property
    def is_idling(self) -> bool:
        """False while an answer is awaited, after `renew`."""
        return self._phase is _Phase.IDLING

    def fileno(self) -> int:
        return self._socket.fileno()

    def read_events(self) -> frozenset[Event]:
        """What has come. One read: a server that floods us takes no more than its turn."""
        events = (self._take(line) for line in self._lines(self._receive()))
        return frozenset(event for event in events if event)

    def renew(self) -> None:
        """End IDLE and begin it anew. The answer proves that the server is there: `is_idling` again."""
        self._received = 0
        self._phase = _Phase.ENDING
        self._send(b"DONE\r\n")

    def close(self) -> None:
        """Say goodbye without waiting for an answer."""
        with suppress(MailError):
            self._send((b"DONE\r\n" if self.is_idling else b"") + b"P2 LOGOUT\r\n")
        self.hang_up()

    def hang_up(self) -> None:
        """Without a word: nobody is there, or nobody listens."""
        with suppress(OSError):
            self._socket.close()

    def start(self, seconds: float) -> Self:
        """EXAMINE and IDLE, waiting for each answer; `seconds` for both together."""
        until = time.monotonic() + seconds
        self._send(_TAG + b" EXAMINE INBOX\r\n")
        while not self.is_idling:
            with translated("idle"):
                self._socket.settimeout(_left(until))
            self.read_events()
        self._socket.setblocking(False)
        return self

    def _receive(self) -> bytes:
        """Empty when nothing is there."""
        with translated("idle"):
            try:
                data = self._socket.recv(READ_BYTES)
                while isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
                    data += self._socket.recv(READ_BYTES)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return b""
        if not data:
            raise ConnectionFailed("The server closed the connection", step="idle")
        return data

    def _lines(self, data: bytes) -> Iterator[bytes]:
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._received += len(data)
        if len(self._rest) > MAX_LINE_BYTES or self._received > MAX_BYTES:
            raise ProtocolViolated("The server sends more than news", step="idle")
        return (line.rstrip(b"\r") for line in lines)

    def _take(self, line: bytes) -> Event | None:
        if line.startswith(b"* "):
            return self._event(line)
        if line.startswith(_TAG + b" "):
            self._answered(line.removeprefix(_TAG).strip())
        elif line.startswith(b"+") and self._phase is _Phase.BEGINNING:
            self._phase = _Phase.IDLING
        elif line and not line.startswith(b"+"):
            raise ProtocolViolated("The server's answer is not IMAP", step="idle")
        return None

    def _event(self, line: bytes) -> Event | None:
        """Most servers say "* OK Still here" from time to time: no news."""
        if _BYE.match(line):
            _refuse(imaplib.IMAP4.abort, line.removeprefix(b"* "))
        if _VANISHED.match(line):
            self._exists = -1  # nobody counts them
            return Event.GONE
        counted = _COUNTED.match(line)
        return self._counted(counted[2].upper(), int(counted[1])) if counted else None

    def _counted(self, word: bytes, number: int) -> Event | None:
        if word == b"FETCH":
            return Event.FLAGS
        if word == b"EXPUNGE":
            self._exists -= 1
            return Event.GONE
        if word == b"RECENT":  # comes with an EXISTS; alone it tells nothing
            return None
        # Some servers repeat the number at each IDLE.
        is_news = number != self._exists and self._phase is not _Phase.EXAMINING
        self._exists = number
        return Event.NEW if is_news else None

    def _answered(self, answer: bytes) -> None:
        if not answer.upper().startswith(b"OK"):
            _refuse(imaplib.IMAP4.error, answer)
        if self._phase not in (_Phase.EXAMINING, _Phase.ENDING):
            raise ConnectionFailed("The server ended IDLE", step="idle")
        self._phase = _Phase.BEGINNING
        self._send(_TAG + b" IDLE\r\n")

    def _send(self, command: bytes) -> None:
        with translated("idle"):
            if self._socket.send(command) != len(command):
                raise ConnectionFailed("The server takes nothing more", step="idle")


def open_idle(
    server: ServerAddress,
    login: Login,
    *,
    connect_seconds: float,
    read_seconds: float,
    tls: ssl.SSLContext,
    resolve: Resolver,
) -> IdleConnection:
    """Sign in, open the Inbox read-only and begin IDLE. Raises MailError, PushNotOffered among them."""
    client, capabilities = open_connection(
        server, login, connect_seconds=connect_seconds, read_seconds=read_seconds, tls=tls, resolve=resolve
    )
    connection = _take_over(client.connection)
    try:
        if "IDLE" not in capabilities:
            connection.close()
            raise PushNotOffered("The server offers no push", step="idle")
        return connection.start(read_seconds)
    except BaseException:
        connection.hang_up()
        raise


def _take_over(imap: ImapConnection) -> IdleConnection:
    """The socket out of imaplib, with what its buffered reader holds already."""
    sock, reader = imap.sock, imap.file
    rest = b""
    with suppress(OSError):  # nothing is there, or nobody any more: the next read tells
        sock.settimeout(0)
        _keep_alive(sock)
        if isinstance(reader, io.BufferedReader):
            rest = reader.peek()
    reader.close()  # the socket stays open
    return IdleConnection(sock, rest)


def _left(until: float) -> float:
    """Seconds. A server that always has a byte more would never meet a time-out."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("The answer takes too long")
    return left


def _keep_alive(sock: socket.socket) -> None:
    """The system notices a peer that is gone, or a gateway that forgot us, before the next renewal does."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE.items():
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _refuse(kind: type[imaplib.IMAP4.error], answer: bytes) -> None:
    """Raise what the words mean: providers throttle in words."""
    with translated("idle"):
        raise kind(answer.decode("ascii", "replace"))
