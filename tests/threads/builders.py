"""Letters as bytes, and a mailbox to file them into, as sync would."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from mailboxes.leases import Lease, claim
from mailboxes.models import Mailbox
from mailkit.addresses import parse_address_list
from mailkit.letter_reader import read_letter
from mailkit.mime_writer import build_message
from mailkit.types import Address, OutgoingAttachment, OutgoingLetter
from threads.filing import FiledBatch, FolderCursor, Progress, SentLetter, file_batch, file_sent_letters
from threads.letters import FailedLetter, IncomingLetter
from threads.models import Folder, Message
from threads.preparing import prepare_for

START = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
ANNA = "Anna Petrova <anna@client.example>"
BORIS = "boris@other.example"
SALES = "sales@acme.example"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Mail:
    """A letter by what a test cares about; the rest is filled in."""

    subject: str = "Offer"
    sender: str = ANNA
    to: str = SALES
    cc: str = ""
    text: str = "Hello"
    html: str = ""
    message_id: str = field(default_factory=lambda: f"{uuid4().hex}@client.example")
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    minutes: int = field(default_factory=lambda: next(_numbers))
    files: tuple[OutgoingAttachment, ...] = ()
    flags: frozenset[str] = frozenset()
    headers: tuple[tuple[str, str], ...] = ()  # that no field above makes

    @property
    def received_at(self) -> datetime:
        return START + timedelta(minutes=self.minutes)

    def to_bytes(self) -> bytes:
        return build_message(
            OutgoingLetter(
                sender=_addresses(self.sender)[0],
                to=_addresses(self.to),
                cc=_addresses(self.cc),
                subject=self.subject,
                text=self.text,
                html=self.html,
                message_id=self.message_id,
                date=self.received_at,
                in_reply_to=self.in_reply_to,
                references=self.references,
                attachments=self.files,
                extra_headers=dict(self.headers),
            )
        )

    def fetched(self, uid: int) -> IncomingLetter:
        return fetched(uid, self.to_bytes(), at=self.received_at, flags=self.flags)


def fetched(uid: int, raw: bytes, *, at: datetime = START, flags: frozenset[str] = frozenset()) -> IncomingLetter:
    """Bytes as sync hands them over."""
    return IncomingLetter(uid, at, flags, read_letter(raw))


def failed(uid: int, *, raw_name: str = "", subject: str = "") -> FailedLetter:
    return FailedLetter(uid, START, 5000, "unreadable", "ValueError", raw_name, f"{uid}@client.example", "a@b", subject)


def file_sent_letter(mailbox: Mailbox, *, raw: bytes, sent_at: datetime) -> Message:
    """One that nobody has deleted."""
    [place] = file_sent_letters(mailbox, [SentLetter(raw, sent_at)])
    assert place is not None
    return Message.objects.get(pk=place[0], thread=place[1])


def _addresses(text: str) -> tuple[Address, ...]:
    return parse_address_list(text)


class Post:
    """One mailbox with its two folders. UIDs are given in the order of arrival."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        self.inbox = Folder.objects.create(mailbox=mailbox, role=Folder.Role.INBOX, name="INBOX", uidvalidity=1)
        self.sent = Folder.objects.create(mailbox=mailbox, role=Folder.Role.SENT, name="Sent", uidvalidity=1)
        Mailbox.objects.filter(pk=mailbox.pk).update(next_sync_at=START)
        lease = claim(mailbox.pk)
        assert lease is not None
        self.lease: Lease = lease
        self._uids = itertools.count(1)

    def file(self, *mails: Mail, folder: Folder | None = None, progress: Progress = Progress.NONE) -> FiledBatch:
        """New letters arrive in the inbox (or another folder), all in one batch."""
        return self.file_at({next(self._uids): mail for mail in mails}, folder=folder, progress=progress)

    def file_at(
        self,
        mails: Mapping[int, Mail],
        *,
        folder: Folder | None = None,
        progress: Progress = Progress.NONE,
        outcomes: Mapping[int, str] | None = None,
        generation: int = 1,
    ) -> FiledBatch:
        letters = [mail.fetched(uid) for uid, mail in mails.items()]
        return self.file_letters(letters, folder, outcomes, progress=progress, generation=generation)

    def file_letters(
        self,
        letters: Sequence[IncomingLetter],
        folder: Folder | None = None,
        outcomes: Mapping[int, str] | None = None,
        *,
        progress: Progress = Progress.NONE,
        generation: int = 1,
        failed: Sequence[FailedLetter] = (),
    ) -> FiledBatch:
        uids = [*(letter.uid for letter in letters), *(outcomes or {}), *(letter.uid for letter in failed)]
        last_uid = max(uids, default=0)
        place = folder or self.inbox
        return file_batch(
            place,
            [*map(prepare_for(place), letters)],
            lease=self.lease,
            cursor=FolderCursor(generation, 1, last_uid + 1, None, last_uid, last_uid, 1, 0),
            progress=progress,
            outcomes=outcomes or {},
            failed=failed,
        )

    def file_sent(self, *mails: Mail) -> FiledBatch:
        return self.file(*mails, folder=self.sent)

    def threads(self) -> list[list[str]]:
        """The Message-IDs of each thread, sorted: what a test compares."""
        found: dict[int, list[str]] = {}
        letters = Message.objects.filter(mailbox=self.mailbox).order_by("received_at", "id")
        for thread_id, message_id in letters.values_list("thread_id", "message_id_header"):
            found.setdefault(thread_id, []).append(message_id)
        return sorted(found.values())


def ids(*groups: Sequence[Mail]) -> list[list[str]]:
    """What Post.threads returns when these letters lie together."""
    return sorted([mail.message_id for mail in group] for group in groups)
