"""The socket under an IMAP session: to a checked address, with verified TLS, and limits on what a server may send."""

from __future__ import annotations

import imaplib
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from typing import Literal

from mailkit.errors import ProtocolViolated, TlsRefused, UnsafeText
from mailkit.imap_errors import translated
from mailkit.network import connect_to, is_loopback
from mailkit.types import Security, ServerAddress

MAX_LITERAL_BYTES = 60 * 1024 * 1024  # one letter or part
MAX_ANSWER_BYTES = 192 * 1024 * 1024  # all that one command may bring: callers ask for 4 MB, or for one letter


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

    def hang_up(self) -> None:
        """Close without a word; the socket may be half closed already."""
        with suppress(OSError):
            self.shutdown()

    def _create_socket(self, timeout: float | None) -> socket.socket:
        sock = connect_to(self._addresses, self._server.port, timeout or 0)
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
        # What came before the handshake may have been anyone's (RFC 3501 section 6.2.1).
        self.untagged_responses.pop("CAPABILITY", None)

    def login(self, user: str, password: str) -> tuple[Literal["OK"], list[bytes]]:
        """LOGIN with both quoted and beyond ASCII; imaplib quotes the password only."""
        words = (imap_quoted(user).encode(), imap_quoted(password).encode())
        kind, lines = self._simple_command("LOGIN", *words)
        if kind != "OK":
            raise self.error(lines[-1])
        self.state = "AUTH"
        return "OK", lines

    def _new_tag(self) -> bytes:
        self._answer_bytes = 0  # a new command begins
        tag: bytes = super()._new_tag()  # type: ignore[misc]  # not in the stubs
        return tag

    def read(self, size: int) -> bytes:
        self._count(size)
        return super().read(size)

    def readline(self) -> bytes:
        line: bytes = super().readline()  # capped by imaplib at 1,000,000 bytes
        self._count(len(line))
        return line

    def _count(self, size: int) -> None:
        self._answer_bytes += size
        if size > MAX_LITERAL_BYTES or self._answer_bytes > MAX_ANSWER_BYTES:
            raise ProtocolViolated("The server sends more than we asked for", step="folders")
