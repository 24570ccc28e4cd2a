"""Sending by SMTP; with smtp_errors the only file that imports aiosmtplib.

Its defaults are closed: STARTTLS is demanded and verified before any credential (the default sends the password in
clear when the offer of STARTTLS is stripped), one mechanism is tried once (the default tries all, and locks accounts),
and DATA is spoken by ourselves, so that the caller can write down that the body is about to flow.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import ssl
from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Self

from aiosmtplib import SMTP, SMTPException, SMTPResponse

from mailkit.addresses import to_ascii_domain
from mailkit.bearer import answer_to_reason, bearer_response, choose_mechanism
from mailkit.errors import (
    LoginRefused,
    MailError,
    OutcomeUnknown,
    ProtocolViolated,
    RecipientRefused,
    TlsRefused,
    UnsafeText,
)
from mailkit.failpoints import failpoint
from mailkit.network import Resolver, connect_to, is_loopback
from mailkit.smtp_errors import refusal, translated
from mailkit.types import Login, Mechanism, RecipientResult, Security, ServerAddress, SmtpResult

ANSWER_SECONDS = 600  # RFC 5321 section 4.5.3.2.6: the server may take ten minutes to answer the final dot
SLOWEST_BYTES_PER_SECOND = 50_000
_LINE_END = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


class SmtpSession:
    """A signed-in connection that carries letters, one after the other. To be used with `with`, or closed."""

    def __init__(self, loop: asyncio.AbstractEventLoop, client: SMTP, closing: ExitStack) -> None:
        self._await = loop.run_until_complete  # Runner.run sets a signal's handler anew for each word to the server
        self._client = client
        self._closing = closing
        self._was_taken = False  # the last letter: the server has forgotten all that was said about it
        self.letter_count = 0  # handed over, or tried

    def send(
        self, *, mail_from: str, recipients: Sequence[str], raw: bytes, on_data_accepted: Callable[[], None]
    ) -> SmtpResult:
        """Send one letter.

        `on_data_accepted` is called after the server's 354 and before the first byte of the letter; what it raises ends
        the connection with nothing sent. After it, a connection lost before the answer is OutcomeUnknown: the server
        may have the letter. It runs in this thread with no event loop running, so it may use the database.
        """
        letter = _dot_stuffed(raw)
        self.letter_count += 1
        self._was_taken = False
        results = self._await(_announce(self._client, mail_from, recipients, len(letter)))
        try:
            on_data_accepted()
        except BaseException:
            self.close()
            raise
        reply = self._await(_transmit(self._client, letter))
        self._was_taken = True
        return SmtpResult(code=reply.code, reply=reply.message[:500], recipients=results)

    def is_ready(self) -> bool:
        """Whether another letter may follow. What was said about one that was not taken is forgotten first (RFC 5321
        section 4.1.1.5); after one that was, the next letter's MAIL tells as well whether the server still listens.
        """
        if self._was_taken:
            return True
        try:
            return self._await(_reset(self._client)) == 250
        except MailError:
            return False

    def close(self) -> None:
        """Hang up. May be called again."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        """With a goodbye, unless the conversation broke off."""
        if kind is None:
            with suppress(MailError):  # the letters are accepted, whatever becomes of the goodbye
                self._await(_quit(self._client))
        self.close()


def open_smtp(
    server: ServerAddress,
    login: Login,
    *,
    connect_seconds: float,
    read_seconds: float,
    tls: ssl.SSLContext,
    resolve: Resolver,
) -> SmtpSession:
    """Connect and sign in. Raises MailError: the error of the step that failed."""
    addresses = resolve(server.host, server.port)
    if server.security is Security.NONE and not all(is_loopback(ip) for ip in addresses):
        raise TlsRefused("Without encryption we connect to this machine only", step="tls")
    with ExitStack() as closing:
        runner = closing.enter_context(asyncio.Runner())
        client = runner.run(_connect(server, addresses, _Timing(connect_seconds, read_seconds), tls))
        closing.callback(lambda: runner.run(_close(client)))
        failpoint("T6")
        try:
            runner.run(_sign_in(client, login))
        except MailError as error:
            raise error.without_secret(login) from None
        failpoint("T7")
        return SmtpSession(runner.get_loop(), client, closing.pop_all())


def check_smtp(
    server: ServerAddress,
    login: Login,
    *,
    connect_seconds: float,
    read_seconds: float,
    tls: ssl.SSLContext,
    resolve: Resolver,
) -> None:
    """Sign in and leave. Raises the error of the step that failed."""
    timing = {"connect_seconds": connect_seconds, "read_seconds": read_seconds}
    with open_smtp(server, login, **timing, tls=tls, resolve=resolve):
        pass


@dataclass(frozen=True, slots=True)
class _Timing:
    connect_seconds: float
    read_seconds: float


async def _connect(server: ServerAddress, addresses: Sequence[str], timing: _Timing, tls: ssl.SSLContext) -> SMTP:
    sock = connect_to(addresses, server.port, timing.connect_seconds)
    sock.setblocking(False)  # asyncio wants it so
    local_ip = str(sock.getsockname()[0])
    client = SMTP(
        hostname=server.host,
        sock=sock,
        use_tls=server.security is Security.TLS,
        start_tls=False,  # below, as a step of its own
        tls_context=tls,
        timeout=timing.read_seconds,
        # RFC 5321 section 4.1.4; the default asks the DNS for the name of this machine.
        local_hostname=f"[IPv6:{local_ip}]" if ipaddress.ip_address(local_ip).version == 6 else f"[{local_ip}]",
    )
    try:
        with translated("connect"):
            await client.connect(timeout=timing.connect_seconds)
        if server.security is Security.STARTTLS:
            with translated("tls"):
                await client.starttls(server_hostname=server.host, timeout=timing.connect_seconds)
    except BaseException:
        await _close(client)
        sock.close()
        raise
    return client


async def _close(client: SMTP) -> None:
    transport = client.transport
    client.close()
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()  # close() would wait for the server's part of closing TLS
    for _ in range(2):  # the socket is closed in the next round of the loop; under TLS in the one after it
        await asyncio.sleep(0)


async def _sign_in(client: SMTP, login: Login) -> None:
    with translated("login"):
        await client.ehlo()
        offered = {method.lower() for method in client.server_auth_methods}
        secret = login.secret.value
        if login.mechanism is Mechanism.BEARER:
            await _sign_in_with_token(client, login)
        elif "plain" in offered:
            await client.auth_plain(login.username, secret)
        elif "login" in offered:
            await client.auth_login(login.username, secret)
        elif "cram-md5" in offered:
            await client.auth_crammd5(login.username, secret)
        else:
            raise ProtocolViolated("The server offers no sign-in that we know", step="login")


async def _sign_in_with_token(client: SMTP, login: Login) -> None:
    mechanism = choose_mechanism([method.upper() for method in client.server_auth_methods])
    if mechanism is None:
        raise LoginRefused("The server takes no sign-in of its provider's page", step="login")
    words = b64encode(bearer_response(mechanism, login).encode())
    answer = await client.execute_command(b"AUTH", mechanism.encode(), words)
    if answer.code == 334:
        answer = await client.execute_command(b64encode(answer_to_reason(mechanism).encode()))
    if answer.code != 235:
        raise refusal(answer.code, answer.message, "login")


async def _announce(client: SMTP, mail_from: str, recipients: Sequence[str], size: int) -> list[RecipientResult]:
    """MAIL, RCPT and DATA up to the server's 354. The results of the recipients, at least one accepted."""
    options = [f"SIZE={size}"] if client.supports_extension("size") else []
    with translated("mail"):
        await client.mail(_envelope_address(mail_from), options=options)
    with translated("rcpt"):
        results = [await _name_recipient(client, recipient) for recipient in recipients]
    if not any(result.is_accepted for result in results):
        raise _all_refused(results)
    with translated("data"):
        answer = await client.execute_command(b"DATA")
    if answer.code != 354:
        raise refusal(answer.code, answer.message, "data")
    return results


async def _name_recipient(client: SMTP, recipient: str) -> RecipientResult:
    address = _envelope_address(recipient)
    if not address.isascii():
        return RecipientResult(recipient, is_accepted=False, code=553, reply="5.6.7 The address is not ASCII")
    answer = await client.execute_command(b"RCPT", b"TO:<" + address.encode("ascii") + b">")
    is_accepted = answer.code in {250, 251}
    return RecipientResult(recipient, is_accepted=is_accepted, code=answer.code, reply=answer.message[:500])


def _all_refused(results: Sequence[RecipientResult]) -> MailError:
    first = next((result for result in results if 400 <= result.code < 500), None)
    if first:  # someone may be let in later
        return refusal(first.code, first.reply, "rcpt")
    code, reply = (results[0].code, results[0].reply) if results else (0, "")
    return RecipientRefused("The server refused every recipient", recipients=tuple(results), code=code, reply=reply)


async def _transmit(client: SMTP, letter: bytes) -> SMTPResponse:
    """The letter, the dot, and the answer. Whatever is not a clear answer leaves the outcome unknown."""
    answer_seconds = ANSWER_SECONDS + len(letter) / SLOWEST_BYTES_PER_SECOND
    try:
        if client.protocol is None:
            raise ConnectionError("The connection was lost before the letter was sent")
        client.protocol.write(letter + b".\r\n")
        failpoint("T10")
        answer = await client.protocol.read_response(timeout=answer_seconds)
    except (SMTPException, OSError) as error:
        raise OutcomeUnknown("The connection was lost before the server answered", step="data") from error
    if 200 <= answer.code < 300:
        return answer
    if 400 <= answer.code < 600:
        raise refusal(answer.code, answer.message, "data")
    raise OutcomeUnknown("The server's answer is not SMTP", step="data", code=answer.code, reply=answer.message[:500])


async def _reset(client: SMTP) -> int:
    with translated("rset"):
        return (await client.execute_command(b"RSET")).code


async def _quit(client: SMTP) -> None:
    with translated("quit"):
        await client.quit()


def _envelope_address(email: str) -> str:
    """The address for MAIL and RCPT. Nothing in it may end the command."""
    local, at, domain = email.strip().rpartition("@")
    if not at or re.search(r"[\x00-\x20\x7f<>]", email.strip()):
        raise UnsafeText("This address cannot stand in a command", step="rcpt")
    return f"{local}@{to_ascii_domain(domain)}"


def _dot_stuffed(raw: bytes) -> bytes:
    """CRLF everywhere, and no line that is the end of DATA (RFC 5321 section 4.5.2)."""
    lines = _LEADING_DOT.sub(b"..", _LINE_END.sub(b"\r\n", raw))
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"
