"""Handing a letter on: its words below a header that says whose they are, and its files (A11).

Files of a letter lie on the mail server, which this room does not talk to: the faces bring a function that opens one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Membership
from mailboxes.models import Mailbox
from mailkit.errors import MessageGone
from mailkit.subjects import forward_subject
from outbox.drafts import DraftFile
from outbox.errors import FileGone
from outbox.models import Upload
from outbox.texts import forward_html, forward_text, own_images, text_to_html
from outbox.uploads import store_upload
from threads.access import get_attachment_for
from threads.models import Attachment, Message, MessageBody, Participant
from tracking.originals import for_others, original_html, original_text

Role = Participant.Role


class FileBytes(Protocol):
    """A file as it was opened."""

    @property
    def filename(self) -> str: ...

    @property
    def content_type(self) -> str: ...

    @property
    def content(self) -> bytes: ...


# As sync.attachments.open_attachment: raises MessageGone when the letter is not on the server any more.
OpenFile = Callable[[Attachment], FileBytes]


@dataclass(frozen=True, slots=True)
class ForwardFile:
    """A file to be copied. `content_id` of an image that stands in the quote, which names it so."""

    attachment_id: int
    filename: str
    content_type: str
    size: int  # bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class ForwardDefaults:
    """What the writer finds filled in, and may change."""

    mailbox: Mailbox
    subject: str
    quoted_html: str
    quoted_text: str
    files: tuple[ForwardFile, ...]


def forward_defaults(message: Message, *, with_files: bool = True) -> ForwardDefaults:
    """For a message that the member sees (threads.access), from the mailbox it lies in."""
    body = next(iter(message.bodies.all()), None)
    text, html = _words_of(body) if body else ("", "")
    files = tuple(_file(row, html) for row in message.attachments.all()) if with_files else ()
    images = {row.content_id.strip("<>"): _content_id(row) for row in message.attachments.all()} if with_files else {}
    title, header = _("Forwarded message"), _header(message)
    return ForwardDefaults(
        mailbox=message.mailbox,
        subject=forward_subject(message.subject),
        quoted_html=forward_html(title, header, own_images(html, images) if html else text_to_html(text)),
        quoted_text=forward_text(title, header, text),
        files=files,
    )


def _words_of(body: MessageBody) -> tuple[str, str]:
    return for_others(original_text(body.text)), for_others(original_html(body.html))


def keep_attachment(member: Membership, attachment_id: int | str, open_file: OpenFile) -> Upload:
    """A copy of a letter's file, to go out with another. Raises AttachmentNotFound, FileGone, TooLarge, TooManyFiles;
    MailError when the server does not answer.
    """
    attachment = get_attachment_for(member, attachment_id)
    try:
        file = open_file(attachment)
    except MessageGone as error:
        raise FileGone(attachment.filename) from error
    return store_upload(member, SimpleUploadedFile(file.filename, file.content, file.content_type))


def keep_files(member: Membership, files: Sequence[ForwardFile], open_file: OpenFile) -> list[DraftFile]:
    """All of them. Raises as keep_attachment, with the first that cannot be had."""
    return [DraftFile(keep_attachment(member, file.attachment_id, open_file).pk, file.content_id) for file in files]


def _file(row: Attachment, html: str) -> ForwardFile:
    is_shown = bool(row.content_id) and f'data-cid="{row.content_id.strip("<>")}"' in html
    content_id = _content_id(row) if is_shown else ""
    return ForwardFile(row.pk, row.filename, row.content_type, row.size, content_id)


def _content_id(row: Attachment) -> str:
    """Our own: strangers' may hold anything, and two letters in one may have the same."""
    return f"image{row.pk}@forwarded"


def _header(message: Message) -> list[tuple[str, str]]:
    when = date_format(timezone.localtime(message.sent_at or message.received_at), "DATETIME_FORMAT")
    lines = [
        (_("From"), _people(message, Role.FROM) or message.from_address),
        (_("Date"), str(when)),
        (_("Subject"), message.subject),
        (_("To"), _people(message, Role.TO)),
        (_("Cc"), _people(message, Role.CC)),
    ]
    return [(name, value) for name, value in lines if value]


def _people(message: Message, role: Role) -> str:
    found = (person for person in message.participants.all() if person.role == role)
    return ", ".join(f"{one.name} <{one.email}>" if one.name else one.email for one in found)
