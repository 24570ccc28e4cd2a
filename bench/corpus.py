"""Letters of a salesman's mailbox, made up from a seed: the same seed gives the same bytes on every machine.

Ten thousand are about 224 MB: median 13 KB, a fifth with attachments, conversations of about three letters with quoted
answers, seven charsets, and one letter in thirty broken in the ways that real senders break them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.header import Header
from email.utils import formatdate

from bench.corpus_bodies import Bodies, TextStyle, crlf
from bench.vocabularies import LANGUAGES, Language

OWNER = "alex@bench.example"
BEGIN = 1_700_000_000  # the first letter, in seconds since 1970
ANSWERS = 0.70
SENT = 0.35
OPEN_THREADS = 300  # older conversations are over
COMPANIES = ("acme", "globex", "initech", "umbrella", "hooli")


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as the server stores it: CR LF line ends, and INTERNALDATE in seconds since 1970."""

    raw: bytes
    received_at: int
    is_sent: bool


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    charset: str
    email: str


@dataclass(slots=True)
class Conversation:
    language: Language
    subject: str
    client: Person
    last_at: int
    message_ids: list[str] = field(default_factory=list)
    last_text: str = ""


def write_letters(count: int, *, seed: int) -> Iterator[Letter]:
    """`count` letters, oldest first."""
    writer = _Writer(seed)
    return (writer.write() for _ in range(count))


def client_emails() -> list[str]:
    """Everyone that letters are exchanged with: who of them is a contact in the CRM is the caller's choice."""
    return [_client_email(number) for number in range(_Writer.PEOPLE)]


def _client_email(number: int) -> str:
    return f"user{number}@{COMPANIES[number % len(COMPANIES)]}{number % 60}.example"


class _Writer:
    PEOPLE = 400

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.bodies = Bodies(self.random)
        self.owner = Person("Alex Sales", "utf-8", OWNER)
        self.people = [self._person(number) for number in range(self.PEOPLE)]
        self.threads: list[Conversation] = []
        self.count = 0

    def _person(self, number: int) -> Person:
        language = self._language()
        name = " ".join(word.capitalize() for word in self.random.sample(language.words, 2))
        return Person(name, language.charset, _client_email(number))

    def _language(self) -> Language:
        return self.random.choices(LANGUAGES, [language.weight for language in LANGUAGES])[0]

    def write(self) -> Letter:
        self.count += 1
        thread = self._thread()
        thread.last_at += self.random.randint(300, 200_000)
        is_sent = self.random.random() < SENT
        sender, recipient = (self.owner, thread.client) if is_sent else (thread.client, self.owner)
        text = self._text(thread, sender)
        style = TextStyle(thread.language.charset, self.random.random())
        body = self.bodies.letter_body(text, thread.language.words, style)
        message_id = f"<{self.count}.{self.random.getrandbits(48):012x}@{sender.email.partition('@')[2]}>"
        head = "\r\n".join(self._headers(thread, sender, recipient, message_id))
        thread.message_ids.append(message_id)
        raw = self._damage(head.encode("ascii", "replace") + b"\r\n" + body)
        return Letter(raw, thread.last_at, is_sent)

    def _thread(self) -> Conversation:
        if self.threads and self.random.random() < ANSWERS:
            return self.random.choice(self.threads[-OPEN_THREADS:])
        language = self._language()
        subject = self.bodies.prose(language.words, self.random.randint(12, 55)).replace("\n", " ").capitalize()
        thread = Conversation(language, subject, self.random.choice(self.people), BEGIN + self.count * 1500)
        self.threads.append(thread)
        return thread

    def _text(self, thread: Conversation, sender: Person) -> str:
        length = int(min(9000, max(120, self.random.lognormvariate(6.45, 0.8))))
        text = self.bodies.prose(thread.language.words, length)
        if thread.last_text:
            quoted = "\n".join("> " + line for line in thread.last_text.split("\n"))
            text += f"\n\nOn {formatdate(thread.last_at - 5000)}, {sender.email} wrote:\n{quoted}"
        thread.last_text = text[:2200]
        return text

    def _headers(self, thread: Conversation, sender: Person, recipient: Person, message_id: str) -> list[str]:
        date, dice = formatdate(thread.last_at), self.random
        headers = [
            f"Return-Path: <{sender.email}>",
            f"Received: from mx{dice.randint(1, 9)}.example (mx.example [192.0.2.{dice.randint(1, 254)}])\r\n"
            f"\tby mail.bench.example (Postfix) with ESMTPS id {dice.getrandbits(40):X}\r\n"
            f"\tfor <{recipient.email}>; {date}",
            f"Received: from [198.51.100.{dice.randint(1, 254)}] (unknown)\r\n"
            f"\tby smtp.example with ESMTPSA id {dice.getrandbits(40):x}; {date}",
            "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example; s=s1;\r\n"
            f"\th=from:to:subject:date:message-id; b={dice.getrandbits(1024):x}",
            f"From: {_named(sender)}",
            f"To: {_named(recipient)}",
        ]
        if dice.random() < 0.25:
            copies = dice.sample(self.people, dice.randint(1, 4))
            headers.append("Cc: " + ",\r\n ".join(map(_named, copies)))
        headers += [f"Subject: {self._subject(thread)}", f"Date: {date}", f"Message-ID: {message_id}"]
        return [*headers, *self._references(thread), "MIME-Version: 1.0"]

    def _subject(self, thread: Conversation) -> str:
        prefix = self.random.choice(["Re: ", "Re: ", "RE: ", "Fwd: ", "AW: "]) if thread.message_ids else ""
        return _encoded(prefix + thread.subject, thread.language.charset)

    def _references(self, thread: Conversation) -> Iterator[str]:
        if not thread.message_ids:
            return
        is_last = self.random.random() < 0.8
        answered = thread.message_ids[-1] if is_last else self.random.choice(thread.message_ids)
        if self.random.random() < 0.95:
            yield f"In-Reply-To: {answered}"
        if self.random.random() < 0.90:
            yield "References: " + "\r\n ".join(thread.message_ids[-10:])

    def _damage(self, raw: bytes) -> bytes:
        chance = self.random.random()
        if chance < 0.01:  # bytes beyond ASCII in a header
            return raw.replace(b"MIME-Version: 1.0", b"MIME-Version: 1.0\r\nX-Raw: " + "Привет".encode("cp1251"))
        if chance < 0.02:  # cut off
            return raw[: max(1500, int(len(raw) * 0.7))]
        if chance < 0.03:
            return raw.replace(b"charset=utf-8", b"charset=x-unknown", 1)
        if chance < 0.04:
            return raw.replace(b"Message-ID:", b"X-No-Message-ID:", 1)
        return raw


def _named(person: Person) -> str:
    return f"{_encoded(person.name, person.charset)} <{person.email}>"


def _encoded(text: str, charset: str) -> str:
    return text if text.isascii() else Header(text, charset, maxlinelen=74).encode(linesep="\r\n")


def large_letter(size: int) -> Letter:
    """One letter of about `size` bytes as it travels: a short text and a file in base64."""
    bodies = Bodies(random.Random(size))
    head = f"From: Big <big@acme.example>\r\nTo: <{OWNER}>\r\nSubject: Large\r\nMessage-ID: <large@acme.example>\r\n"
    body = bodies.with_file(b"Content-Type: text/plain\r\n\r\n" + crlf("See the file.\n"), int(size * 0.74))
    return Letter(head.encode() + b"MIME-Version: 1.0\r\n" + body, BEGIN, is_sent=False)


def small_letter(number: int) -> Letter:
    """A letter that no other is: for mail that comes while we watch."""
    head = f"From: <{_client_email(number % 400)}>\r\nTo: <{OWNER}>\r\nSubject: Arrival {number}\r\n"
    head += f"Date: {formatdate(BEGIN)}\r\nMessage-ID: <{arrival_id(number)}>\r\n\r\n"
    return Letter(f"{head}Something new: word{number}.\r\n".encode(), BEGIN + number, is_sent=False)


def arrival_id(number: int) -> str:
    return f"arrival.{number}@acme.example"
