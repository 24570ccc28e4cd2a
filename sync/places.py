"""Where a letter lies on the mail server, to read there what is not stored (rule K62)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from mailboxes.errors import WrongState
from mailboxes.models import Mailbox
from mailkit.errors import FolderGone, MessageGone
from mailkit.imap_session import ImapSession
from mailkit.mime_reader import identity_of
from mailkit.types import RemoteHead
from sync.services import request_sync
from threads.models import Folder, FolderEntry, Message

T = TypeVar("T")
Live = Callable[[Mailbox], AbstractContextManager[ImapSession]]
logger = logging.getLogger(__name__)


def read_there(message: Message, read: Callable[[ImapSession, int], T], *, connect: Live, stopped: str) -> T:
    """What `read` makes of the letter, by its UID in the folder that is open then. Raises MessageGone when the letter
    is not on the server any more, WrongState with the words `stopped` when the mailbox is disconnected, other
    MailErrors when the server cannot be asked.
    """
    places, sent = _places(message), _sent_folder(message)
    if not places and sent is None:
        raise MessageGone("The letter is no longer on the mail server", step="folders")
    mailbox = message.mailbox
    if mailbox.state == Mailbox.State.DISCONNECTED:
        raise WrongState(stopped % {"address": mailbox.address}, state=mailbox.state)
    try:
        with connect(mailbox) as session:
            return _read_any(session, places, sent, message, read)
    except MessageGone:
        # The visit that this asks for sees what else is gone, and keeps the ledger right.
        request_sync(mailbox)
        raise


def _places(message: Message) -> list[FolderEntry]:
    """Where the letter lay at the last visit."""
    entries = FolderEntry.objects.filter(message=message, is_on_server=True)
    return [place for place in entries.select_related("folder") if place.generation == place.folder.generation]


def _sent_folder(message: Message) -> Folder | None:
    """Where the copy of a letter of ours lies, though no visit may have seen it yet."""
    if not message.is_ours:
        return None
    return Folder.objects.filter(mailbox=message.mailbox_id, role=Folder.Role.SENT).first()


def _read_any(
    session: ImapSession,
    places: list[FolderEntry],
    sent: Folder | None,
    message: Message,
    read: Callable[[ImapSession, int], T],
) -> T:
    """A letter may lie in several places and be gone from some. Raises MessageGone when it is in none."""
    for place in places:
        try:
            return read(session, _uid_at(session, place, message))
        except (FolderGone, MessageGone):
            logger.info("letter not in its place", extra={"folder_entry_id": place.pk})
    if sent:
        try:
            session.examine(sent.name)
        except FolderGone as error:  # renamed, it may be: the next visit finds out
            raise MessageGone("The folder of sent letters is gone", step="folders") from error
        return read(session, _find(session, message))
    raise MessageGone("The letter is no longer on the mail server", step="folders")


def _uid_at(session: ImapSession, place: FolderEntry, message: Message) -> int:
    examined = session.examine(place.folder.name)
    if examined.uidvalidity == place.folder.uidvalidity:
        return place.uid
    # The UID may be another letter's by now. Until the next visit has read the folder anew, Message-ID finds it.
    return _find(session, message)


def _find(session: ImapSession, message: Message) -> int:
    """In the examined folder."""
    found = session.find_by_message_id(message.message_id_header)
    # Anyone may send a letter with this Message-ID: its files are not those of this one.
    same = [head.uid for head in session.fetch_heads(found) if _is_same(head, message)]
    if not same:
        raise MessageGone("The letter is no longer in this folder", step="folders")
    return same[-1]


def _is_same(head: RemoteHead, message: Message) -> bool:
    """What we sent is known by its Message-ID alone, which is ours: providers change what they file themselves."""
    return message.is_ours or identity_of(head.head, head.size) == bytes(message.identity)
