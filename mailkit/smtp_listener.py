"""Mail in by SMTP and LMTP: the only file that subclasses aiosmtpd's server. A letter that is not small goes to a
temporary file as it comes, so that memory does not depend on its size; it is accepted (250) when the desk says that it
is safe.

No AUTH, no relaying: who is admitted as recipient is the desk's word, and there is nobody else to deliver to.
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from aiosmtpd.smtp import SMTP, Session, TLSSetupException
from aiosmtpd.smtp import Envelope as Spoken

from mailkit.failpoints import failpoint
from mailkit.smtp_letters import (
    MAX_ADDRESS_CHARS,
    MAX_HELO_CHARS,
    SMALL_BYTES,
    TRY_LATER,
    UNKNOWN_RECIPIENT,
    ArrivingLetter,
    Desk,
    Envelope,
    Fault,
    Limits,
    TryLater,
    household_of,
    ip_of,
)
from mailkit.smtp_text import LetterText

logger = logging.getLogger(__name__)
# It writes addresses and every line of a dialogue.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)

GOODBYE_SECONDS = 5  # for a peer to read why; then the connection is cut
NULL_SENDER = "<>"  # aiosmtpd takes an empty text for "not said yet"
_PATH = re.compile(r"<(?P<address>[^<>\s]*)>(?P<rest>.*)", re.DOTALL)  # no source routes: RFC 5321 appendix C
_NOT_OFFERED = ("AUTH", "EXPN", "HELP")
_XFORWARD = "250-XFORWARD ADDR HELO"


@dataclass(eq=False, slots=True)
class House:
    """What the connections of a listener share."""

    name: str  # in the greeting
    desk: Desk[Any]
    spool: Path  # for letters while they come in
    tls: ssl.SSLContext | None = None
    limits: Limits = field(default_factory=Limits)
    peers: Counter[str] = field(default_factory=Counter)  # connections by household_of the address
    open: set[LetterServer] = field(default_factory=set)

    def has_room_for(self, server: LetterServer, peer: str) -> bool:
        is_full = len(self.open) >= self.limits.connections
        return not is_full and (server.is_trusted or self.peers[household_of(peer)] < self.limits.peer_connections)

    def enter(self, server: LetterServer, peer: str) -> None:
        self.open.add(server)
        self.peers[household_of(peer)] += 1

    def leave(self, server: LetterServer, peer: str) -> None:
        self.open.discard(server)
        self.peers[household_of(peer)] -= 1
        self.peers += Counter()  # drops those at zero

    @contextmanager
    def spooled(self) -> Iterator[BinaryIO]:
        """In memory while it is small, then a file without a name: whoever dies leaves nothing behind."""
        file = cast("BinaryIO", tempfile.SpooledTemporaryFile(SMALL_BYTES, dir=str(self.spool)))  # noqa: SIM115
        try:
            yield file
        finally:
            with suppress(OSError):  # what did not fit is written once more, and does not fit
                file.close()


def _plain(helo: str) -> str:
    """As a row can hold it."""
    return "".join(filter(str.isprintable, helo))[:MAX_HELO_CHARS]


class _SameForAll(dict[str, int]):
    """aiosmtpd counts a limit up with every EHLO, for all connections of a process."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def __missing__(self, _command: str) -> int:
        return self._limit

    def __setitem__(self, _command: str, _limit: int) -> None:
        """It stays."""


class _Hooks:
    """What aiosmtpd asks; the names of its methods are aiosmtpd's."""

    async def handle_EHLO(
        self, server: LetterServer, session: Session, _spoken: Spoken, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return server.offers([line for line in responses if not line.startswith("250-AUTH")])

    async def handle_RCPT(
        self, server: LetterServer, _session: Session, _spoken: Spoken, address: str, _options: list[str]
    ) -> str:
        return await server.admit(address)

    async def handle_exception(self, error: Exception) -> str:
        if isinstance(error, TLSSetupException):
            return "454 4.7.0 TLS failed"
        logger.error("the listener failed", exc_info=error)
        return "451 4.3.0 Something is wrong here, try again later"


class LetterServer(SMTP):
    """One connection by SMTP. The methods named smtp_... are commands."""

    is_trusted = False  # the peer brings letters of strangers, and is none itself

    def __init__(self, house: House) -> None:
        limits = house.limits
        # Set before the parent's __init__, which makes the stream with them.
        self.line_length_limit = limits.line_bytes
        self.command_size_limit = limits.command_bytes
        self.command_size_limits = _SameForAll(limits.command_bytes)
        self.house = house
        self._peer: str | None = None  # None: not let in
        self._admitted: list[tuple[str, Any]] = []
        self._errors = 0
        self._is_keeping = False
        super().__init__(
            _Hooks(),
            hostname=house.name,
            ident="ESMTP",
            data_size_limit=limits.letter_bytes,
            enable_SMTPUTF8=True,
            tls_context=house.tls,
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
            loop=asyncio.get_running_loop(),
        )
        self._line_at = self._letter_at = self.loop.time()
        for name in _NOT_OFFERED:
            self._smtp_methods.pop(name, None)

    # ---- the connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._peer is None:
            peer = ip_of(transport.get_extra_info("peername"))
            if not self.house.has_room_for(self, peer):
                cast("asyncio.Transport", transport).write(b"421 4.7.0 Too many connections\r\n")
                transport.close()
                return
            self._peer = peer
            self.house.enter(self, peer)
        super().connection_made(transport)  # a second time after STARTTLS

    def connection_lost(self, error: Exception | None) -> None:
        if self._peer is None:
            return
        self.house.leave(self, self._peer)
        super().connection_lost(error)

    def eof_received(self) -> bool | None:
        return super().eof_received() if self._peer is not None else None

    def say_goodbye(self, reply: str) -> None:
        """The last words; a peer that does not read them is cut off."""
        if self.transport is None or self.transport.is_closing():
            return
        transport = cast("asyncio.Transport", self.transport)
        self._writer.write(f"{reply}\r\n".encode())
        self.loop.call_later(GOODBYE_SECONDS, transport.abort)
        transport.close()

    @property
    def is_idle(self) -> bool:
        """Nothing of a letter would be lost if it ended now."""
        return not self._admitted

    async def push(self, status: str | bytes) -> None:
        text = status.decode() if isinstance(status, bytes) else status
        await super().push(text)
        if text[:1] not in "45" or text.startswith("421"):
            return
        self._errors += 1
        if self._errors >= self.house.limits.errors and not self.is_trusted:
            self.say_goodbye("421 4.7.0 Too many errors")
            cast("asyncio.Task[None]", self._handler_coroutine).cancel()  # as the parent does at QUIT
            await asyncio.sleep(0)

    # ---- time

    def data_received(self, data: bytes) -> None:
        if b"\n" in data:
            self._line_at = self.loop.time()
        super().data_received(data)

    def _reset_timeout(self, duration: float | None = None) -> None:
        """Called by the parent with each command. One timer a connection looks at times that are only noted."""
        self._line_at = self.loop.time()
        if self._timeout_handle is None:
            self._letter_at = self._line_at
            self._wait_until(self._due_at())

    def _due_at(self) -> float:
        limits = self.house.limits
        return min(self._line_at + limits.line_seconds, self._letter_at + limits.letter_seconds)

    def _wait_until(self, when: float) -> None:
        self._timeout_handle = self.loop.call_at(when, self._timeout_cb)

    def _timeout_cb(self) -> None:
        now = self.loop.time()
        if self._is_keeping:  # it is we who are slow
            self._wait_until(now + self.house.limits.line_seconds)
        elif now < self._due_at():
            self._wait_until(self._due_at())
        else:
            self.say_goodbye("421 4.4.2 You took too long")

    # ---- what is said before the letter

    def offers(self, responses: list[str]) -> list[str]:
        """The answer to EHLO. The parent ends it with "250 HELP", which is not offered either."""
        offered = responses[:-1]
        return [*offered[:-1], offered[-1].replace("250-", "250 ", 1)]

    async def smtp_STARTTLS(self, arg: str) -> None:
        if self._tls_protocol:
            await self.push("503 5.5.1 TLS is on already")
            return
        await super().smtp_STARTTLS(arg)

    async def smtp_VRFY(self, _arg: str) -> None:
        """The same of everybody."""
        await self.push("252 2.5.2 Write, and you will see")

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """Address and parameters. The parent's way is the standard library's parser of headers, which takes more."""
        found = _PATH.fullmatch(arg.strip())
        if found is None or len(found["address"]) > MAX_ADDRESS_CHARS or not found["address"].isprintable():
            return None, None
        if not found["rest"].isascii():  # the parent would take SIZE=² for a number
            return None, None
        return found["address"] or NULL_SENDER, found["rest"].strip()

    async def admit(self, address: str) -> str:
        """The reply to RCPT."""
        if len(self._admitted) >= self.house.limits.recipients:
            return "452 4.5.3 Too many recipients"
        try:
            admitted = await self.house.desk.admit(address, self.said())
        except TryLater:
            return TRY_LATER
        failpoint("R1")
        if admitted is None:
            self.house.desk.note_unknown(address, self.said())
            return UNKNOWN_RECIPIENT
        self._admitted.append((address, admitted))
        return "250 2.1.5 OK"

    def said(self) -> Envelope:
        """Of the letter that comes."""
        mail_from = cast("Spoken", self.envelope).mail_from or ""
        helo = _plain(cast("Session", self.session).host_name or "")
        return Envelope(mail_from.removeprefix(NULL_SENDER), self._peer or "", helo)

    def _set_post_data_state(self) -> None:
        """RSET, EHLO, and after a letter."""
        super()._set_post_data_state()  # type: ignore[no-untyped-call]
        self._admitted = []

    # ---- the letter

    async def smtp_DATA(self, arg: str | None) -> None:
        if await self.check_helo_needed():
            return
        if arg:
            await self.push("501 5.5.4 DATA takes nothing")
            return
        if not self._admitted:
            await self.push("503 5.5.1 RCPT first")
            return
        await self.push("354 End with <CR><LF>.<CR><LF>")
        with self.house.spooled() as file:
            fault = await LetterText(self._reader, file, self.house.limits).receive()
            failpoint("R2")
            self._is_keeping = True
            try:
                await self._answer(file, fault)
            finally:
                self._is_keeping = False
        self._set_post_data_state()
        self._line_at = self._letter_at = self.loop.time()

    async def _answer(self, file: BinaryIO, fault: Fault | None) -> None:
        """One reply for all recipients: the peer sends it again to all of them when one fails; who has it is known.
        Who is named a hundred times is one.
        """
        everybody = dict.fromkeys(admitted for _, admitted in self._admitted)
        replies = {await self._keep(file, fault, admitted) for admitted in everybody}
        refusals = sorted(reply for reply in replies if not reply.startswith("2"))  # 4yz first: it may still succeed
        await self.push(refusals[0] if refusals else replies.pop())

    async def _keep(self, file: BinaryIO, fault: Fault | None, admitted: object) -> str:
        """The reply for one recipient."""
        desk, envelope = self.house.desk, self.said()
        try:
            if fault is None:
                letter = ArrivingLetter(envelope, file.seek(0, 2), file)
                fault = await desk.keep(letter, admitted)
            if fault is not None:
                await desk.note_fault(fault, envelope, admitted)
        except (TryLater, OSError):
            return TRY_LATER
        return fault.reply if fault else "250 2.0.0 Kept"


class LmtpLetterServer(LetterServer):
    """The same by LMTP (RFC 2033), for a mail server of our own in front: a reply for each recipient, and it may tell
    who its peer was (XFORWARD, a command of Postfix). Only that server may reach this port.
    """

    is_trusted = True  # or its tenth recipient that does not exist would end the letter of all others

    def __init__(self, house: House) -> None:
        self._forwarded: dict[str, str] = {}
        super().__init__(house)

    async def smtp_LHLO(self, arg: str) -> None:
        await super().smtp_EHLO(arg)

    async def smtp_EHLO(self, _arg: str) -> None:
        await self.push("500 5.5.1 This is LMTP: LHLO")

    async def smtp_HELO(self, _arg: str) -> None:
        await self.smtp_EHLO("")

    def offers(self, responses: list[str]) -> list[str]:
        name, *others = super().offers(responses)
        return [name, _XFORWARD, *others]

    async def smtp_XFORWARD(self, arg: str | None) -> None:
        """Postfix says it by two commands, the address first, and says nothing for a letter of its own (a bounce): it
        holds for the next letter only.
        """
        said = dict(pair.upper().partition("=")[::2] for pair in (arg or "").split())
        self._forwarded |= {name: value for name, value in said.items() if name in ("ADDR", "HELO")}
        await self.push("250 2.0.0 OK")

    def said(self) -> Envelope:
        envelope = super().said()
        if not self._forwarded:
            return envelope
        peer = ip_of((self._forwarded.get("ADDR", "").removeprefix("IPV6:"),))
        return Envelope(envelope.mail_from, peer, _plain(self._forwarded.get("HELO", "").lower()))

    def _set_post_data_state(self) -> None:
        super()._set_post_data_state()
        self._forwarded = {}

    async def _answer(self, file: BinaryIO, fault: Fault | None) -> None:
        """RFC 2033 section 4.2: in the order of the recipients, each kept by itself."""
        for _, admitted in self._admitted:
            await self.push(await self._keep(file, fault, admitted))
