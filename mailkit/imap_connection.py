"""The socket under an IMAP session: to a checked address, with verified TLS, and limits on what a server may send."""

from __future__ import annotations

import imaplib
import io
import re
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Literal

from mailkit.errors import ProtocolViolated, TlsRefused, UnsafeText
from mailkit.imap_errors import translated
from mailkit.imap_fetch import FetchAnswers, FetchLine
from mailkit.network import connect_to, is_loopback
from mailkit.types import Security, ServerAddress

MAX_LITERAL_BYTES = 60 * 1024 * 1024  # one letter or part
MAX_ANSWER_BYTES = 192 * 1024 * 1024  # all that one command may bring: callers ask for 4 MB, or for one letter
MAX_ANSWER_LINES = 500_000  # of one command: flags of every letter of a very large folder
MAX_FOLDERS = 10_000  # in the answer to LIST, which is read word by word
MAX_LINE_BYTES = 64 * 1024
# UID SEARCH brings up to 50,000 UIDs of ten digits in a line, VANISHED sets of them, BODYSTRUCTURE a whole tree.
MAX_LONG_LINE_BYTES = 1_000_000
COMMAND_SECONDS = 300  # a server that sends a byte now and then never meets the time-out of reading
SIGN_IN_SECONDS = 60  # from the greeting to the answer to LOGIN
SESSION_SECONDS = 300  # there are many commands in a session, and each may drip; leases are held no longer either
_BUFFER_BYTES = 32 * 1024

_TAG = b"A"
_TAGGED = re.compile(rb"(?P<tag>A\d+) (?P<type>[A-Z]+) (?P<data>.*)", re.ASCII)
_FETCH = re.compile(rb"\* (\d{1,10}) FETCH ", re.IGNORECASE)
_NAME = re.compile(rb"(?:\*|A\d+) (?:\d{1,10} )?([A-Za-z-]+)")  # of an answer
_EXPUNGED = re.compile(rb"\* (?:\d+ EXPUNGE|VANISHED \d)", re.IGNORECASE)
_SLOWER = re.compile(rb"(?:\*|A\d+) OK .*\[THROTTLED\]", re.IGNORECASE)  # Gmail: "A2 OK Success [THROTTLED]"
_LITERAL = re.compile(rb"\{(\d{1,4000})\}\Z")
# "[CAPABILITY ...]" in a greeting or in the answer to LOGIN; imaplib keeps it with the untagged answers of this name.
_CAPABILITY = "CAPABILITY"
# Gmail and Dovecot answer NO when a part of the letters could not be had, after those that could.
_PARTLY = re.compile(rb"some (?:of the )?(?:requested )?messages", re.IGNORECASE)


def imap_safe(text: str) -> str:
    """The text, if it cannot end a command and begin another. A stranger's Message-ID could, else."""
    if any(char in text for char in "\r\n\0"):
        raise UnsafeText("A line break or NUL may not be sent to a mail server")
    return text


def imap_quoted(text: str) -> str:
    """A quoted string (RFC 9051 section 4.3)."""
    escaped = imap_safe(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class ImapConnection(imaplib.IMAP4):
    """imaplib's IMAP4 that connects to an address checked before, and reads no more than it must."""

    def __init__(
        self, server: ServerAddress, addresses: Sequence[str], *, connect_seconds: float, tls: ssl.SSLContext
    ) -> None:
        if server.security is Security.NONE and not all(is_loopback(ip) for ip in addresses):
            raise TlsRefused("Without encryption we connect to this machine only", step="tls")
        self._server = server
        self._addresses = addresses
        self._tls = tls
        self._answer_bytes = 0
        self._answer_lines = 0
        self._most_lines = MAX_ANSWER_LINES
        self._line_limit = MAX_LINE_BYTES
        self._ends_at = time.monotonic() + SIGN_IN_SECONDS
        self._unread: bytes | None = None  # a line that was looked at and belongs to imaplib
        self._answers: FetchAnswers | None = None
        self.throttled = b""  # what the server said when it asked us to slow down, though it did as it was told
        with translated("connect"):
            super().__init__(server.host, server.port, timeout=connect_seconds)
        self.debug = 0
        if self.state == "AUTH":  # PREAUTH: whoever sits in the middle could sign us in to a mailbox of their own
            self.hang_up()
            raise TlsRefused("The server signs us in before we said who we are", step="tls")
        if server.security is Security.STARTTLS:
            self._upgrade()

    @property
    def is_encrypted(self) -> bool:
        """Whether TLS with a verified certificate is on."""
        return isinstance(self.sock, ssl.SSLSocket)

    def allow(self, seconds: float) -> None:
        """From now on, for all commands together. Signing in has had its own time."""
        self._ends_at = time.monotonic() + seconds

    def say_goodbye(self) -> None:
        """LOGOUT; nobody waits for the answer, which would cost a round trip."""
        self._command("LOGOUT")

    def hang_up(self) -> None:
        """Close without a word; the socket may be half closed already."""
        with suppress(OSError):
            self.shutdown()

    def _create_socket(self, timeout: float | None) -> socket.socket:
        sock = connect_to(self._addresses, self._server.port, timeout or 0)
        # Commands sent together must not wait for each other's acknowledgment.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._server.security is not Security.TLS:
            return sock
        try:
            with translated("tls"):
                return self._tls.wrap_socket(sock, server_hostname=self._server.host)
        except BaseException:
            sock.close()
            raise

    def _upgrade(self) -> None:
        """STARTTLS or nothing: a server without it, or someone who strips it, never sees the password."""
        try:
            if "STARTTLS" not in self.capabilities:  # the greeting may have told a part only
                self.ask_capabilities()
            if "STARTTLS" not in self.capabilities:
                raise TlsRefused("The server offers no STARTTLS", step="tls")
            with translated("tls"):
                self.starttls(self._tls)
        except BaseException:
            self.hang_up()
            raise
        if not self.is_encrypted:
            self.hang_up()
            raise TlsRefused("The server refused STARTTLS", step="tls")
        self.untagged_responses.clear()
        self._attach()

    def _connect(self) -> None:
        """The greeting. imaplib itself compiles an expression for each connection, for a tag of its own, which
        takes longer than all else it does; and it asks for capabilities that the greeting has told.
        """
        self.tagpre, self.tagre = _TAG, _TAGGED  # type: ignore[assignment]  # the stubs take imaplib's bytes for text
        self.welcome = self._get_response() or b""
        if "PREAUTH" in self.untagged_responses:
            self.state = "AUTH"
        elif "OK" in self.untagged_responses:
            self.state = "NONAUTH"
        else:
            raise self.error(self.welcome)
        self._get_capabilities()
        if not {"IMAP4REV1", "IMAP4"}.intersection(self.capabilities):
            raise self.error("This is no IMAP4rev1 server")

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """Connect; what is read passes through a wire of ours."""
        super().open(host, port, timeout)
        self._attach()

    def _attach(self) -> None:
        self.file.close()  # imaplib's own
        self._wire = _Wire(self.sock, self._deadline(COMMAND_SECONDS))
        self.file = io.BufferedReader(self._wire, _BUFFER_BYTES)

    def ask_capabilities(self) -> None:
        """Send CAPABILITY. Use `told_capabilities` first: a server that has told need not be asked."""
        self.take_told(_CAPABILITY)
        self._simple_command(_CAPABILITY)
        told = self.told_capabilities()
        if not told:
            raise self.error("no CAPABILITY response from server")
        self.capabilities = told

    def told_capabilities(self) -> tuple[str, ...]:
        """What the server said of itself since this was called last; nothing when it did not."""
        lines = self.take_told(_CAPABILITY) or [b""]
        return tuple(lines[-1].decode("ascii", "replace").upper().split())

    def take_told(self, name: str) -> list[bytes]:
        """The untagged answers of this name, which are told once; those with literals are left out."""
        return [line for line in self.untagged_responses.pop(name, []) if isinstance(line, bytes)]

    def _get_capabilities(self) -> None:
        """imaplib calls this after the greeting, where most servers have told; and after STARTTLS, where what came
        before the handshake may have been anyone's words (RFC 3501 section 6.2.1).
        """
        told = self.told_capabilities()
        if told and not self._tls_established:
            self.capabilities = told
        else:
            self.ask_capabilities()

    def login(self, user: str, password: str) -> tuple[Literal["OK"], list[bytes]]:
        """LOGIN with both quoted and beyond ASCII; imaplib quotes the password only."""
        words = (imap_quoted(user).encode(), imap_quoted(password).encode())
        kind, lines = self._simple_command("LOGIN", *words)
        if kind != "OK":
            raise self.error(lines[-1])
        self.state = "AUTH"
        return "OK", lines

    def fetch_uids(self, uids: str, items: str, *modifiers: str) -> FetchAnswers:
        """UID FETCH. Raises imaplib's error when the server refuses."""
        self._answers = answers = FetchAnswers()
        try:
            kind, lines = self._simple_command("UID", "FETCH", uids, items, *modifiers)
        finally:
            self._answers = None
        if kind != "OK" and not (answers.lines and _PARTLY.search(lines[-1])):
            raise self.error(lines[-1])
        return answers

    def ask_statuses(self, folders: Sequence[bytes], items: str) -> list[list[bytes]]:
        """STATUS of each folder, all sent before the first answer is read: one round trip. The answers as pieces, in
        the order of the server. Raises imaplib's error when the server refuses one.
        """
        self.untagged_responses.pop("STATUS", None)
        tags = [self._command("STATUS", folder, items) for folder in folders]
        for kind, lines in [self._command_complete("STATUS", tag) for tag in tags]:
            if kind != "OK":
                raise self.error(lines[-1])
        return list(_as_pieces(self.untagged_responses.pop("STATUS", [])))

    def enable_extension(self, name: str) -> bool:
        """ENABLE (RFC 5161): whether the server did. A refusal is an answer too."""
        self.take_told("ENABLED")
        try:
            self._simple_command("ENABLE", name)
        except self.abort:
            raise
        except self.error:
            return False
        return name.encode() in b" ".join(self.take_told("ENABLED")).upper().split()

    def _command(self, name: str, *args: object) -> bytes:
        self._line_limit = MAX_LONG_LINE_BYTES if name == "UID" else MAX_LINE_BYTES
        self._most_lines = MAX_FOLDERS if name == "LIST" else MAX_ANSWER_LINES
        self._wire.deadline = self._deadline(COMMAND_SECONDS)
        self._forget_what_nobody_asked()
        tag: bytes = super()._command(name, *args)  # type: ignore[misc]  # not in the stubs
        return tag

    def _deadline(self, seconds: float) -> float:
        return min(time.monotonic() + seconds, self._ends_at)

    def _forget_what_nobody_asked(self) -> None:
        """What was told to earlier commands has been taken by now. imaplib keeps the rest until a folder is opened:
        each command may bring MAX_ANSWER_BYTES of it.
        """
        goodbye = self.untagged_responses.get("BYE")
        self.untagged_responses = {"BYE": goodbye} if goodbye else {}

    def _new_tag(self) -> bytes:
        self._answer_bytes = self._answer_lines = 0  # a new command begins
        tag: bytes = super()._new_tag()  # type: ignore[misc]  # not in the stubs
        return tag

    def _get_response(self) -> bytes | None:
        """FETCH answers are kept as pieces; all others are imaplib's."""
        line = self._get_line()
        found = _FETCH.match(line)
        if found:
            pieces = self._read_pieces(line[found.end() :])
            if self._answers is not None:
                self._answers.add(FetchLine(int(found[1]), pieces))
            return line
        if _SLOWER.match(line):
            self.throttled = line
        if self._answers is not None and _EXPUNGED.match(line):
            self._answers.note_expunged()
        self._unread = _with_capitals(line)
        response: bytes | None = super()._get_response()  # type: ignore[misc]  # not in the stubs
        return response

    def _read_pieces(self, text: bytes) -> list[bytes]:
        pieces = [text]
        while literal := _LITERAL.search(text):
            pieces.append(self.read(int(literal[1])))
            text = self._get_line()
            pieces.append(text)
        return pieces

    def _get_line(self) -> bytes:
        line, self._unread = self._unread, None
        if line is not None:
            return line
        read: bytes = super()._get_line()  # type: ignore[misc]  # not in the stubs
        return read

    def _log(self, line: bytes) -> None:
        """imaplib keeps the last lines for a report of errors; passwords and letters are among them."""

    def read(self, size: int) -> bytes:
        self._count(size)
        return super().read(size)

    def readline(self) -> bytes:
        line: bytes = self.file.readline(self._line_limit + 1)  # type: ignore[assignment]  # no text comes here
        if len(line) > self._line_limit:
            raise ProtocolViolated("The server sends a line without end", step="folders")
        self._answer_lines += 1
        self._count(len(line))
        return line

    def _count(self, size: int) -> None:
        self._answer_bytes += size
        is_too_much = self._answer_bytes > MAX_ANSWER_BYTES or self._answer_lines > self._most_lines
        if size > MAX_LITERAL_BYTES or is_too_much:
            raise ProtocolViolated("The server sends more than we asked for", step="folders")


def _with_capitals(line: bytes) -> bytes:
    """Names of answers may come in small letters (RFC 9051 section 9); imaplib takes only capitals for names."""
    name = _NAME.match(line)
    if name is None or name[1].isupper():
        return line
    return line[: name.start(1)] + name[1].upper() + line[name.end(1) :]


def _as_pieces(untagged: Sequence[bytes | tuple[bytes, bytes]]) -> Iterator[list[bytes]]:
    """imaplib keeps what stands before a literal and the literal as a pair, and the rest of the line for itself."""
    pieces: list[bytes] = []
    for one in untagged:
        if isinstance(one, tuple):
            pieces += one
        else:
            yield [*pieces, one]
            pieces = []


class _Wire(io.RawIOBase):
    """The reading end of a socket, which looks at the clock: each read may wait as long as the socket's time-out, and
    all reads of a command together until the deadline.
    """

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self.deadline = deadline  # of the greeting; each command sets its own
        self._sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # BufferedReader gives a memoryview
        if time.monotonic() > self.deadline:
            raise TimeoutError("The answer takes too long")
        return self._sock.recv_into(buffer)
