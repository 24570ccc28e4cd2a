"""Which folders of the server we read: the Inbox and the folder of sent letters, never another (rule K13)."""

from __future__ import annotations

from dataclasses import dataclass

from mailboxes.models import Mailbox
from mailkit.errors import FolderGone
from mailkit.imap_session import ImapSession, find_sent_folder
from mailkit.types import FolderStatus
from sync.ledger import memory_of
from sync.planner import Finding, find_out
from threads.models import Folder

INBOX = "INBOX"  # in any case of letters, on every server (RFC 9051 section 5.1)


@dataclass(frozen=True, slots=True)
class SeenFolder:
    """A folder at the beginning of a visit."""

    folder: Folder
    name: str  # as the server lists it now
    server: str
    status: FolderStatus
    finding: Finding


def look_at_folders(session: ImapSession, mailbox: Mailbox) -> list[SeenFolder]:
    """STATUS of each: one command a folder, and nothing else when both are known (A05). Raises MailError."""
    known = {Folder.Role(folder.role): folder for folder in Folder.objects.filter(mailbox=mailbox).order_by("role")}
    if Folder.Role.SENT in known:
        try:
            return [_look_at(session, mailbox, folder, folder.name) for folder in known.values()]
        except FolderGone:
            pass  # somebody renamed or deleted it: ask which one it is now
    return [
        _look_at(session, mailbox, known.get(role) or _new_folder(mailbox, role, name), name)
        for role, name in _names_on_server(session).items()
    ]


def _names_on_server(session: ImapSession) -> dict[Folder.Role, str]:
    """A mailbox without a folder of sent letters is all right: it comes with the first letter sent."""
    sent = find_sent_folder(session.list_folders())
    return {Folder.Role.INBOX: INBOX, **({Folder.Role.SENT: sent} if sent else {})}


def _new_folder(mailbox: Mailbox, role: Folder.Role, name: str) -> Folder:
    return Folder.objects.get_or_create(mailbox=mailbox, role=role, defaults={"name": name})[0]


def server_of(mailbox: Mailbox) -> str:
    """Whose UIDs the folders hold: two servers may well use the same UIDVALIDITY."""
    return f"{mailbox.imap_host.lower()} {mailbox.imap_username}"


def _look_at(session: ImapSession, mailbox: Mailbox, folder: Folder, name: str) -> SeenFolder:
    status = session.folder_status(name)
    is_same_server = folder.server == server_of(mailbox)
    finding = find_out(memory_of(folder), name, status, is_same_server=is_same_server)
    return SeenFolder(folder, name, server_of(mailbox), status, finding)
