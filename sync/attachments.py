"""The bytes of a file: our copy where the mailbox keeps one, else fetched from the mail server when somebody opens it
(rule K62)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from mailboxes.errors import WrongState
from mailboxes.live_sessions import live_session
from mailboxes.models import Mailbox
from mailkit.errors import FolderGone, MessageGone
from mailkit.imap_session import ImapSession
from mailkit.large_letter import stream_file
from mailkit.mime_reader import identity_of
from mailkit.types import RemoteHead
from sync.services import request_sync
from threads.attachment_store import open_file
from threads.errors import StoredFileGone
from threads.models import Attachment, Folder, FolderEntry, Message

Live = Callable[[Mailbox], AbstractContextManager[ImapSession]]
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
    places = _places(attachment)
    sent = _sent_folder(attachment)
    if not places and sent is None:
        raise MessageGone("The letter is no longer on the mail server", step="folders")
    mailbox = attachment.message.mailbox
    if mailbox.state == Mailbox.State.DISCONNECTED:
        words = _("The file is only on the mail server, and %(address)s is disconnected. Reconnect it to open it.")
        raise WrongState(words % {"address": mailbox.address}, state=mailbox.state)
    try:
        with connect(mailbox) as session:
            return _fetch_from_any(session, places, sent, attachment)
    except MessageGone:
        # The visit that this asks for sees what else is gone, and keeps the ledger right.
        request_sync(mailbox)
        raise


def _places(attachment: Attachment) -> list[FolderEntry]:
    """Where the letter lay at the last visit."""
    entries = FolderEntry.objects.filter(message_id=attachment.message_id, is_on_server=True)
    return [place for place in entries.select_related("folder") if place.generation == place.folder.generation]


def _sent_folder(attachment: Attachment) -> Folder | None:
    """Where the copy of a letter of ours lies, though no visit may have seen it yet."""
    if not attachment.message.is_ours:
        return None
    return Folder.objects.filter(mailbox=attachment.message.mailbox_id, role=Folder.Role.SENT).first()


def _fetch_from_any(
    session: ImapSession, places: list[FolderEntry], sent: Folder | None, attachment: Attachment
) -> bytes:
    """A letter may lie in several places and be gone from some. Raises MessageGone when it is in none."""
    for place in places:
        try:
            return _fetch(session, place, attachment)
        except (FolderGone, MessageGone):
            logger.info("letter not in its place", extra={"folder_entry_id": place.pk})
    if sent:
        session.examine(sent.name)
        return _find_and_fetch(session, attachment)
    raise MessageGone("The letter is no longer on the mail server", step="folders")


def _fetch(session: ImapSession, place: FolderEntry, attachment: Attachment) -> bytes:
    examined = session.examine(place.folder.name)
    if examined.uidvalidity == place.folder.uidvalidity:
        return _content(session, place.uid, attachment)
    # The UID may be another letter's by now. Until the next visit has read the folder anew, Message-ID finds it.
    return _find_and_fetch(session, attachment)


def _find_and_fetch(session: ImapSession, attachment: Attachment) -> bytes:
    """In the examined folder."""
    message = attachment.message
    found = session.find_by_message_id(message.message_id_header)
    # Anyone may send a letter with this Message-ID: its files are not those of this one.
    same = [head.uid for head in session.fetch_heads(found) if _is_same(head, message)]
    if not same:
        raise MessageGone("The letter is no longer in this folder", step="folders")
    return _content(session, same[-1], attachment)


def _content(session: ImapSession, uid: int, attachment: Attachment) -> bytes:
    """A large file by chunks: no connection takes 100 MB in one answer, as a letter may hold (M16)."""
    if attachment.size <= LARGE_FILE_BYTES:
        return session.fetch_part(uid, attachment.section)
    return b"".join(stream_file(session, uid, attachment.section))


def _is_same(head: RemoteHead, message: Message) -> bool:
    """What we sent is known by its Message-ID alone, which is ours: providers change what they file themselves."""
    return message.is_ours or identity_of(head.head, head.size) == bytes(message.identity)
