"""Which folders of the server we read: the Inbox and the folder of sent letters, never another (rule K13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailboxes.models import Mailbox
from mailkit.errors import FolderGone, SentFolderGone
from mailkit.folders import pick_sent_folder
from mailkit.imap_session import ImapSession, list_sent_folders
from mailkit.types import FolderStatus, RemoteFolder
from sync.ledger import is_noted_gone, memory_of
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
    """STATUS of all, in one round trip, and nothing else when both are known (A05). Raises MailError.

    The Inbox comes first. Asks no database where the mailbox's folders were prefetched and are known.
    """
    having = {folder.role: folder for folder in mailbox.folders.all()}
    known = {role: having[role] for role in Folder.Role if role in having}
    if _is_settled(mailbox, known):
        try:
            return _look_at(session, mailbox, {folder: folder.name for folder in known.values()})
        except FolderGone:
            pass  # somebody renamed or deleted it: ask which one it is now
    listed = session.list_folders()
    names = _names_of(listed, mailbox)
    folders = {known.get(role) or _new_folder(mailbox, role, name): name for role, name in names.items()}
    gone = [folder for role, folder in known.items() if role not in names and not is_noted_gone(folder)]
    return [*_look_at(session, mailbox, folders), *map(_gone, gone if listed else [])]


def _is_settled(mailbox: Mailbox, known: Mapping[Folder.Role, Folder]) -> bool:
    """Whether we know which folders to read: not when a person has just chosen another one."""
    sent = known.get(Folder.Role.SENT)
    if sent is None or sent.server != mailbox.imap_account:  # another service calls another folder so
        return False
    return mailbox.sent_folder in ("", sent.name)


def _names_of(listed: Sequence[RemoteFolder], mailbox: Mailbox) -> dict[Folder.Role, str]:
    """A mailbox without a folder of sent letters is all right: it comes with the first letter sent."""
    found = list_sent_folders(listed)
    choices = found if len(found) > 1 else []
    if choices != mailbox.sent_choices:
        Mailbox.objects.filter(pk=mailbox.pk).update(sent_choices=choices)
    sent = pick_sent_folder(found, mailbox.sent_folder)
    return {Folder.Role.INBOX: INBOX, **({Folder.Role.SENT: sent} if sent else {})}


def _new_folder(mailbox: Mailbox, role: Folder.Role, name: str) -> Folder:
    return Folder.objects.get_or_create(mailbox=mailbox, role=role, defaults={"name": name})[0]


def _look_at(session: ImapSession, mailbox: Mailbox, names: Mapping[Folder, str]) -> list[SeenFolder]:
    server = mailbox.imap_account
    statuses = session.folder_statuses(list(names.values()))
    return [
        SeenFolder(folder, name, server, status, _finding(folder, name, server, status))
        for (folder, name), status in zip(names.items(), statuses, strict=True)
    ]


def _finding(folder: Folder, name: str, server: str, status: FolderStatus) -> Finding:
    return find_out(memory_of(folder), name, status, is_same_server=folder.server == server)


def _gone(folder: Folder) -> SeenFolder:
    return SeenFolder(folder, folder.name, folder.server, FolderStatus(0, 0, 0, None), Finding.GONE)


def open_folder(session: ImapSession, folder: Folder, name: str = "") -> FolderStatus:
    """EXAMINE, by its name of now if that is another one. Raises MailError."""
    try:
        return session.examine(name or folder.name)
    except FolderGone as error:
        if folder.role != Folder.Role.SENT:
            raise
        raise SentFolderGone(str(error), step=error.step, code=error.code, reply=error.reply) from error
