"""An SMTP server that keeps what it gets and answers as a test tells it to: aiosmtpd in a thread."""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from mailkit.types import Login, Secret, Security, ServerAddress

PASSWORD = "correct-horse-9"


@dataclass(frozen=True)
class ReceivedLetter:
    """A letter as it came over the wire, dots unstuffed."""

    mail_from: str
    recipients: tuple[str, ...]
    raw: bytes = field(repr=False)


class SmtpSink:
    """`letters` holds what was accepted; `replies` says what to answer instead of accepting.

    replies["AUTH"] (to a wrong password), replies["MAIL"], replies["DATA"] (the answer to DATA itself), replies["DOT"]
    (to the letter), replies["RCPT"] for all recipients or replies["RCPT a@b.example"] for one. `drop_after_data` cuts
    the connection after the letter came, so that its sender cannot know the outcome; the letter is kept all the same.
    With `owner_of_token`, which names the address that a token belongs to, it offers `token_mechanisms`.
    """

    host = "localhost"
    user = "sender@sink.test"
    password = PASSWORD

    def __init__(self, tls: ssl.SSLContext | None = None, *, implicit: bool = False) -> None:
        self.letters: list[ReceivedLetter] = []
        self.accepted_at: list[float] = []  # of each letter, by the monotonic clock
        self.replies: dict[str, str] = {}
        self.commands: list[str] = []
        self.drop_after_data = False
        self.owner_of_token: Callable[[str], str | None] | None = None
        self.token_mechanisms = ["XOAUTH2", "OAUTHBEARER"]
        self.port = 0
        self.tls = tls
        self._implicit = implicit
        self._connections: list[_Recorder] = []
        self._loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()
        self._ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="smtp-sink", daemon=True)

    @property
    def security(self) -> Security:
        if self.tls is None:
            return Security.NONE
        return Security.TLS if self._implicit else Security.STARTTLS

    def address(self, security: Security | None = None) -> ServerAddress:
        return ServerAddress(self.host, self.port, security or self.security)

    def login(self) -> Login:
        return Login(self.user, Secret(self.password))

    def reset(self) -> None:
        """As new, for the next test."""
        self.letters.clear()
        self.accepted_at.clear()
        self.replies.clear()
        self.commands.clear()
        self.drop_after_data = False
        self.owner_of_token = None
        self.token_mechanisms = ["XOAUTH2", "OAUTHBEARER"]

    def hang_up(self) -> None:
        """On everybody who is connected."""

        async def drop() -> None:
            for connection in self._connections:
                connection.hang_up()

        asyncio.run_coroutine_threadsafe(drop(), self._loop).result(timeout=10)

    def start(self) -> None:
        self._thread.start()
        self._ready.result(timeout=30)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(timeout=10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        server = await self._loop.create_server(self._connect, "127.0.0.1", 0, ssl=self.tls if self._implicit else None)
        self.port = int(server.sockets[0].getsockname()[1])
        self._ready.set_result(None)
        async with server:
            await self._stopped.wait()
            for connection in self._connections:
                connection.hang_up()
        await asyncio.sleep(0)  # the transports close in the next round of the loop

    def _connect(self) -> _Recorder:
        connection = _Recorder(self)
        self._connections.append(connection)
        return connection


class _Recorder(SMTP):
    """One connection."""

    def __init__(self, sink: SmtpSink) -> None:
        self.sink = sink
        token_mechanisms = sink.token_mechanisms if sink.owner_of_token else []
        super().__init__(
            _Handler(sink),
            authenticator=self.check_login,
            auth_require_tls=sink.security is Security.STARTTLS,
            tls_context=None if sink.security is Security.TLS else sink.tls,
            require_starttls=sink.security is Security.STARTTLS,
            hostname="sink.test",
            ident="sink",
            data_size_limit=200 * 1024 * 1024,
            auth_exclude_mechanism={"XOAUTH2", "OAUTHBEARER"} - set(token_mechanisms),
        )

    async def auth_XOAUTH2(self, _server: SMTP, args: list[str]) -> AuthResult:
        return await self._check_token("XOAUTH2", args)

    async def auth_OAUTHBEARER(self, _server: SMTP, args: list[str]) -> AuthResult:
        return await self._check_token("OAUTHBEARER", args)

    async def _check_token(self, mechanism: str, args: list[str]) -> AuthResult:
        """As Google does: a refusal is told in JSON first, and said in SMTP when the client has answered."""
        self.sink.commands.append(f"AUTH {mechanism}")
        said = base64.b64decode(args[1]).decode()
        found = re.search(r"(?:user=|n,a=)([^,\x01]+),?\x01auth=Bearer ([^\x01]+)\x01\x01", said)
        owner = self.sink.owner_of_token(found[2]) if found and self.sink.owner_of_token else None
        if found and owner == found[1].replace("=3D", "="):
            return AuthResult(success=True, handled=False, auth_data=owner)
        answer = await self.challenge_auth('{"status":"400","schemes":"Bearer"}')
        self.sink.commands.append(f"ANSWER {answer!r}")
        return AuthResult(success=False, handled=False)

    def check_login(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        # handled=True, the default, would answer nothing to a wrong password.
        is_right = (
            isinstance(data, LoginPassword)
            and data.login.decode() == self.sink.user
            and data.password.decode() == self.sink.password
        )
        self.sink.commands.append(f"AUTH {mechanism}")
        return AuthResult(success=is_right, handled=False, message=self.sink.replies.get("AUTH"))

    def hang_up(self) -> None:
        # The client may have been quicker: the transport of an ended TLS connection cannot be aborted any more.
        if isinstance(self.transport, asyncio.WriteTransport) and not self.transport.is_closing():
            self.transport.abort()

    async def smtp_DATA(self, arg: str) -> None:
        reply = self.sink.replies.get("DATA")
        if reply:
            await self.push(reply)
        else:
            await super().smtp_DATA(arg)


class _Handler:
    def __init__(self, sink: SmtpSink) -> None:
        self.sink = sink

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not session.authenticated:
            return "530 5.7.0 Sign in first"
        self.sink.commands.append("MAIL")
        reply = self.sink.replies.get("MAIL")
        if reply:
            return reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.sink.commands.append("RCPT")
        reply = self.sink.replies.get(f"RCPT {address}") or self.sink.replies.get("RCPT")
        if reply:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_RSET(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.sink.commands.append("RSET")
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.sink.commands.append("DATA")
        reply = self.sink.replies.get("DOT")
        if reply:
            return reply
        raw = envelope.original_content or b""
        self.sink.accepted_at.append(time.monotonic())
        self.sink.letters.append(ReceivedLetter(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw))
        if self.sink.drop_after_data and isinstance(server, _Recorder):
            server.hang_up()
        return "250 2.0.0 kept"
