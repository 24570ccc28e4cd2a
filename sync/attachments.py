"""The bytes of a file, fetched from the mail server when somebody opens it (rule K62)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from mailboxes.connections import imap_session
from mailkit.errors import FolderGone, MessageGone
from mailkit.imap_session import ImapSession
from sync.services import request_sync
from sync.visit import Connect
from threads.models import Attachment, Folder, FolderEntry

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AttachmentBytes:
    """A file as it is handed to a person."""

    filename: str
    content_type: str
    content: bytes = field(repr=False)


def open_attachment(attachment: Attachment, *, connect: Connect = imap_session) -> AttachmentBytes:
    """Raises MessageGone when the letter is not on the server any more, other MailErrors when it cannot be asked."""
    places = _places(attachment)
    sent = _sent_folder(attachment)
    if not places and sent is None:
        raise MessageGone("The letter is no longer on the mail server", step="folders")
    mailbox = attachment.message.mailbox
    try:
        with connect(mailbox) as session:
            content = _fetch_from_any(session, places, sent, attachment)
    except MessageGone:
        # The visit that this asks for sees what else is gone, and keeps the ledger right.
        request_sync(mailbox)
        raise
    return AttachmentBytes(attachment.filename, attachment.content_type, content)


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
        return session.fetch_part(place.uid, attachment.section)
    # The UID may be another letter's by now. Until the next visit has read the folder anew, Message-ID finds it.
    return _find_and_fetch(session, attachment)


def _find_and_fetch(session: ImapSession, attachment: Attachment) -> bytes:
    """In the examined folder."""
    found = session.find_by_message_id(attachment.message.message_id_header)
    if not found:
        raise MessageGone("The letter is no longer in this folder", step="folders")
    return session.fetch_part(found[-1], attachment.section)
