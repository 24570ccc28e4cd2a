"""Outgoing mail of the demo: takes letters of people who sign in, and delivers within the demo only, and to the smart
addresses of this instance.
"""

import asyncio
import email
import email.policy
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, make_msgid, parseaddr

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from crm_mail.embedded.demo_people import ECHO
from crm_mail.embedded.demo_relay import DemoRelay, is_smart

MAX_BYTES = 150 * 1024 * 1024
ECHO_SECONDS = 0.5
QUOTED_LINES = 20
Deliver = Callable[[str, bytes], Awaitable[None]]


class DemoDelivery:
    """The handler that aiosmtpd calls; the names of its methods are aiosmtpd's."""

    def __init__(self, passwords: Mapping[str, str], deliver: Deliver, relay: DemoRelay) -> None:
        self.passwords = passwords
        self.deliver = deliver
        self.relay = relay
        self.echoes: set[asyncio.Task[None]] = set()

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, login: object
    ) -> AuthResult:
        is_right = (
            isinstance(login, LoginPassword)
            and self.passwords.get(login.login.decode().lower()) == login.password.decode()
        )
        # handled=False: aiosmtpd then sends the refusal. With its default it sends nothing and the client waits.
        return AuthResult(success=is_right, handled=False)

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if is_smart(address):
            answer = await self.relay.answer_to(envelope.mail_from or "", address)
            if answer.startswith("2"):
                envelope.rcpt_tos.append(address.lower())
            return answer
        if address.lower() not in self.passwords:
            return "550 5.1.1 No such person in this demo"
        envelope.rcpt_tos.append(address.lower())
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        sender = (envelope.mail_from or "").lower()
        content = envelope.original_content or b""
        smart = [address for address in envelope.rcpt_tos if is_smart(address)]
        if smart and not (answer := await self.relay.send(sender, smart, content)).startswith("2"):
            return answer
        for address in envelope.rcpt_tos:
            if address in smart:
                continue
            await self.deliver(address, with_trace(content, sender))
            if address == ECHO.email and sender in self.passwords and sender != ECHO.email:
                self.keep(asyncio.create_task(self.echo(sender, content)))
        return "250 2.0.0 Delivered"

    def keep(self, task: asyncio.Task[None]) -> None:
        """asyncio itself holds tasks weakly."""
        self.echoes.add(task)
        task.add_done_callback(self.echoes.discard)

    async def echo(self, recipient: str, content: bytes) -> None:
        await asyncio.sleep(ECHO_SECONDS)
        letter = echo_letter(recipient, content, datetime.now(UTC))
        await self.deliver(recipient, with_trace(letter.as_bytes(), ECHO.email))


def with_trace(content: bytes, sender: str) -> bytes:
    """What a mail server puts on top of what it delivers."""
    now = format_datetime(datetime.now(UTC))
    return f"Return-Path: <{sender}>\r\nReceived: by demo.example with ESMTPA; {now}\r\n".encode() + content


def echo_letter(recipient: str, content: bytes, now: datetime) -> EmailMessage:
    received = email.message_from_bytes(content, policy=email.policy.default)
    subject, message_id = str(received["Subject"] or ""), str(received["Message-ID"] or "")
    name = parseaddr(str(received["From"] or ""))[0]
    letter = EmailMessage(policy=email.policy.SMTP)
    letter["From"] = formataddr((ECHO.name, ECHO.email))
    letter["To"] = recipient
    letter["Subject"] = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = make_msgid(domain=ECHO.email.partition("@")[2])
    if message_id:
        letter["In-Reply-To"] = message_id
        letter["References"] = f"{received['References'] or ''} {message_id}".strip()
    body = received.get_body(("plain",))
    quoted = "\n".join(f"> {line}" for line in (body.get_content() if body else "").splitlines()[:QUOTED_LINES])
    letter.set_content(
        f"Hello {name or recipient},\n\nthank you, your letter has arrived. I am a demo customer and answer at once, "
        f"so that you can see mail come in.\n\nBest regards,\n{ECHO.name}\n\n{name or recipient} wrote:\n{quoted}\n"
    )
    return letter
