"""The bytes of a file: our copy where the mailbox keeps one, else fetched from the mail server when somebody opens it
(rule K62)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import partial

from django.utils.translation import gettext as _

from mailboxes.live_sessions import live_session
from mailkit.imap_session import ImapSession
from mailkit.large_letter import stream_file
from sync.places import Live, read_there
from threads.attachment_store import open_file
from threads.errors import StoredFileGone
from threads.models import Attachment

LARGE_FILE_BYTES = 16 * 1024 * 1024
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AttachmentBytes:
    """A file as it is handed to a person."""

    filename: str
    content_type: str
    content: bytes = field(repr=False)


def open_attachment(attachment: Attachment, *, connect: Live = live_session) -> AttachmentBytes:
    """Raises MessageGone when the letter is not on the server any more, WrongState when the mailbox is disconnected,
    other MailErrors when the server cannot be asked.
    """
    content = _stored(attachment) or _fetched(attachment, connect)
    return AttachmentBytes(attachment.filename, attachment.content_type, content)


def _stored(attachment: Attachment) -> bytes | None:
    """Our copy; None when there is none, or it is damaged: the server may have it still."""
    if not attachment.stored_name:
        return None
    try:
        with open_file(attachment.stored_name) as file:
            return file.read()
    except StoredFileGone:
        logger.exception("stored file is damaged", extra={"attachment_id": attachment.pk})
        return None


def _fetched(attachment: Attachment, connect: Live) -> bytes:
    words = _("The file is only on the mail server, and %(address)s is disconnected. Reconnect it to open it.")
    read = partial(_content, attachment=attachment)
    return read_there(attachment.message, read, connect=connect, stopped=words)


def _content(session: ImapSession, uid: int, attachment: Attachment) -> bytes:
    """A large file by chunks: no connection takes 100 MB in one answer, as a letter may hold (M16)."""
    if attachment.size <= LARGE_FILE_BYTES:
        return session.fetch_part(uid, attachment.section)
    return b"".join(stream_file(session, uid, attachment.section))
