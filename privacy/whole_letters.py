"""Letters as a whole, to be handed out: what was kept of them, with the files put back in (rule K62).

A letter whose files cannot be had is handed out without them, and names them in headers of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from email.header import Header
from types import TracebackType
from typing import Self

from mailboxes.errors import WrongState
from mailboxes.models import Mailbox
from mailkit.errors import MailError, MessageGone
from mailkit.imap_session import ImapSession
from mailkit.large_letter import may_be_begin
from mailkit.mime_filling import fill_files
from mailkit.mime_reader import INCOMPLETE
from mailkit.mime_writer import build_message
from mailkit.types import Address, OutgoingLetter
from sync.attachments import open_attachment
from sync.originals import incomplete
from threads.errors import RawLetterGone
from threads.models import Attachment, Message
from threads.raw_store import read_raw

logger = logging.getLogger(__name__)

Connect = Callable[[Mailbox], AbstractContextManager[ImapSession]]
MISSING_FILE = b"X-CRM-Mail-Missing-File"  # its name


class LetterReader:
    """To be used with `with`. Opens one session a mailbox, when the first file is asked for; a mailbox whose server
    does not answer twice is not asked again. `missing_count` is the number of files that could not be had.
    """

    def __init__(self, connect: Connect) -> None:
        self._sessions = _KeptSessions(connect)
        self.missing_count = 0

    def read(self, message: Message) -> bytes:
        """One that came with its bodies and attachments (MessageQuerySet.for_reading), and its mailbox."""
        body = message.body
        try:
            raw = read_raw(body.raw_name)
        except RawLetterGone:
            logger.exception("raw letter is gone", extra={"message_id": message.pk})
            self.missing_count += len(message.attachments.all())
            return _remade(message)
        if body.raw_is_whole:
            return raw
        whole = self._filled(message, raw)
        return incomplete(whole) if body.is_cut and may_be_begin(raw) else whole

    def _filled(self, message: Message, raw: bytes) -> bytes:
        files: dict[str, bytes] = {}
        missing: list[Attachment] = []
        for attachment in message.attachments.all():
            attachment.message = message
            content = self._open(attachment)
            if content is None:
                missing.append(attachment)
            else:
                files[attachment.section] = content
        self.missing_count += len(missing)
        return b"".join(map(_missing_header, missing)) + fill_files(raw, files)

    def _open(self, attachment: Attachment) -> bytes | None:
        mailbox_id = attachment.message.mailbox_id
        for _try in range(2):
            if mailbox_id in self._sessions.unreachable and not attachment.stored_name:
                return None
            try:
                return open_attachment(attachment, connect=self._sessions.of).content
            except (MessageGone, WrongState):
                return None
            except MailError:  # it may have been open for too long: once more, anew
                self._sessions.drop(mailbox_id)
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sessions.close()


class _KeptSessions:
    """Of the mail servers, by mailbox: open until they break or everything is done."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._open: dict[int, tuple[ImapSession, ExitStack]] = {}
        self._broken: set[int] = set()
        self.unreachable: set[int] = set()

    @contextmanager
    def of(self, mailbox: Mailbox) -> Iterator[ImapSession]:
        if mailbox.pk not in self._open:
            with ExitStack() as stack:
                session = stack.enter_context(self._connect(mailbox))
                self._open[mailbox.pk] = (session, stack.pop_all())
        yield self._open[mailbox.pk][0]
        self._broken.discard(mailbox.pk)

    def drop(self, mailbox_id: int) -> None:
        """It broke. The second time in a row the server is left alone."""
        if mailbox_id in self._broken:
            self.unreachable.add(mailbox_id)
        self._broken.add(mailbox_id)
        if kept := self._open.pop(mailbox_id, None):
            kept[1].close()

    def close(self) -> None:
        while self._open:
            self._open.popitem()[1][1].close()


def _missing_header(attachment: Attachment) -> bytes:
    name = Header(attachment.filename, "utf-8").encode(linesep="\r\n")
    return b"%s: %s\r\n" % (MISSING_FILE, name.encode())


def _remade(message: Message) -> bytes:
    people: dict[str, list[Address]] = {"to": [], "cc": []}
    for participant in message.participants.all():
        if participant.role in people:
            people[participant.role].append(Address(participant.email, participant.name))
    return build_message(
        OutgoingLetter(
            sender=Address(message.from_address, message.from_name),
            to=tuple(people["to"]),
            cc=tuple(people["cc"]),
            subject=message.subject,
            text=message.body.text,
            html=message.body.html,
            message_id=message.message_id_header,
            date=message.sent_at or message.received_at,
            extra_headers={INCOMPLETE: "yes"},
        )
    )
