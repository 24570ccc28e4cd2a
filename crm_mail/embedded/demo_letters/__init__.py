"""The letters that lie in the demo mailboxes at the first start. Texts: en.toml, ru.toml, es.toml.

The same at every first start but for the dates, which lie within the last 30 days.
"""

import email.policy
import hashlib
import html
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any

from crm_mail.embedded.demo_letters.attachments import add_attachment, add_inline_image
from crm_mail.embedded.demo_letters.newsletter import newsletter_html
from crm_mail.embedded.demo_people import ACCOUNT_NAME, COLLEAGUES, CORRESPONDENTS, SPARE

TEXTS = Path(__file__).parent
UNREAD_HOURS = 36
INLINE = "inline:"
NAMES = {
    SPARE.email: SPARE.name,
    **{person.email: person.name for person in COLLEAGUES},
    **{person.email: person.name for person in CORRESPONDENTS},
}
COMPANIES = {person.email: person.company for person in CORRESPONDENTS}


@dataclass(frozen=True)
class Letter:
    """A letter in a folder of the demo server."""

    owner: str
    folder: str
    at: datetime
    flags: tuple[str, ...]
    content: bytes


@dataclass(frozen=True)
class Part:
    """One letter of a conversation, as the text file has it."""

    is_ours: bool
    at: datetime
    text: str
    attachments: tuple[str, ...]


@dataclass
class Conversation:
    """Turns the parts of a conversation into letters that quote and refer to one another."""

    owner: str
    other: str
    subject: str
    wrote: str
    is_html: bool
    message_ids: list[str] = field(default_factory=list)
    quoted: str = ""

    def letter(self, part: Part, now: datetime, *, is_answered: bool) -> Letter:
        sender, recipient = (self.owner, self.other) if part.is_ours else (self.other, self.owner)
        message = self.headers(part, sender, recipient)
        text = f"{part.text}\n\n-- \n{signature(sender)}\n"
        body = f"{text}\n{self.quoted}" if self.quoted else text
        message.set_content(body, cte="quoted-printable")
        images = [name for name in part.attachments if name.startswith(INLINE)]
        if self.is_html:
            message.add_alternative(html_body(body, len(images)), subtype="html", cte="quoted-printable")
        for number, name in enumerate(images):
            add_inline_image(message, name.removeprefix(INLINE), f"image{number}@demo")
        for name in part.attachments:
            if name not in images:
                add_attachment(message, name)
        self.quoted = quote(self.wrote, part, sender, text)
        is_seen = part.is_ours or is_answered or part.at < now - timedelta(hours=UNREAD_HOURS)
        flags = ("\\Seen",) * is_seen + ("\\Answered",) * is_answered
        return Letter(self.owner, "Sent" if part.is_ours else "INBOX", part.at, flags, message.as_bytes())

    def headers(self, part: Part, sender: str, recipient: str) -> EmailMessage:
        message = EmailMessage(policy=email.policy.SMTP)
        message["From"] = Address(NAMES[sender], addr_spec=sender)
        message["To"] = Address(NAMES[recipient], addr_spec=recipient)
        message["Subject"] = f"Re: {self.subject}" if self.message_ids else self.subject
        message["Date"] = format_datetime(part.at)
        message["Message-ID"] = message_id(sender, self.owner, self.subject, str(len(self.message_ids)))
        if self.message_ids:
            message["In-Reply-To"] = self.message_ids[-1]
            message["References"] = " ".join(self.message_ids)
        self.message_ids.append(str(message["Message-ID"]))
        return message


def all_letters(now: datetime) -> Iterator[Letter]:
    """Oldest first in each mailbox, as a server would have received them."""
    for path in sorted(TEXTS.glob("*.toml")):
        yield from sorted(
            letters_of_mailbox(tomllib.loads(path.read_text(encoding="utf-8")), now), key=lambda letter: letter.at
        )


def letters_of_mailbox(texts: dict[str, Any], now: datetime) -> Iterator[Letter]:
    for noted in texts["conversations"]:
        conversation = Conversation(
            texts["owner"], noted["with"], noted["subject"], texts["wrote"], noted.get("html", False)
        )
        parts = list(parts_of(noted, now))
        for part, following in zip(parts, [*parts[1:], None], strict=True):
            is_answered = not part.is_ours and following is not None and following.is_ours
            yield conversation.letter(part, now, is_answered=is_answered)
    for noted in texts["newsletters"]:
        for days, subject in zip(noted["days"], noted["subjects"], strict=True):
            yield newsletter(texts["owner"], noted, subject, now - timedelta(days=days), now)


def parts_of(noted: dict[str, Any], now: datetime) -> Iterator[Part]:
    at = (now - timedelta(days=noted["days"])).replace(microsecond=0)
    for direction, hours, text, *attachments in noted["letters"]:
        # The first start may be at any hour of the day: nobody has written in the future.
        at = min(at + timedelta(hours=hours, minutes=7 if hours else 0), now - timedelta(minutes=5))
        yield Part(direction == "out", at, text, tuple(attachments))


def newsletter(owner: str, noted: dict[str, Any], subject: str, at: datetime, now: datetime) -> Letter:
    name, address = parseaddr(noted["from"])
    text = noted["text"].format(topic=subject)
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = Address(NAMES[owner], addr_spec=owner)
    message["Subject"] = subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id(address, owner, subject, "newsletter")
    message["List-Unsubscribe"] = f"<mailto:{address}?subject=unsubscribe>"
    message["Precedence"] = "bulk"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(newsletter_html(name, subject, text, address), subtype="html", cte="quoted-printable")
    flags = ("\\Seen",) if at < now - timedelta(hours=UNREAD_HOURS) else ()
    return Letter(owner, "INBOX", at, flags, message.as_bytes())


def message_id(sender: str, *facts: str) -> str:
    digest = hashlib.sha256("\0".join((sender, *facts)).encode()).hexdigest()[:24]
    return f"<{digest}@{sender.partition('@')[2]}>"


def signature(address: str) -> str:
    return f"{NAMES[address]}\n{COMPANIES.get(address, ACCOUNT_NAME)}"


def quote(wrote: str, part: Part, sender: str, text: str) -> str:
    """Only the letter before: a whole history in every letter would be true to life, but nothing to read."""
    lines = text.partition("\n-- \n")[0].strip().splitlines()
    intro = wrote.format(date=part.at.strftime("%d.%m.%Y %H:%M"), name=NAMES[sender])
    return "\n".join([intro, *(f"> {line}".rstrip() for line in lines)]) + "\n"


def html_body(text: str, image_count: int) -> str:
    own, _, quoted = text.partition("\n> ")
    images = "".join(f'<p><img src="cid:image{number}@demo" alt="" width="360"></p>' for number in range(image_count))
    rest = html.escape(quoted.replace("\n>", "\n")).replace("\n", "<br>")
    blockquote = f'<blockquote style="margin:0 0 0 8px;padding-left:8px;border-left:2px solid #ccc">{rest}</blockquote>'
    paragraphs = "".join(f"<p>{html.escape(block).replace(chr(10), '<br>')}</p>" for block in own.strip().split("\n\n"))
    return f"<html><body>{paragraphs}{images}{blockquote if quoted else ''}</body></html>"
