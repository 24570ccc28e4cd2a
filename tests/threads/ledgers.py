"""Places of a folder and letters in quarantine, as rows: what sync would have written."""

from __future__ import annotations

from datetime import UTC, datetime

from mailboxes.models import Mailbox
from threads.models import Folder, FolderEntry, QuarantinedLetter
from threads.raw_store import store_raw

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
RAW = b"From: eve@broken.example\r\nSubject: Broken\r\n\r\nno end"


def add_place(folder: Folder, uid: int, outcome: str, **more: object) -> FolderEntry:
    values: dict[str, object] = {"generation": folder.generation, **more}
    return FolderEntry.objects.create(folder=folder, uid=uid, outcome=outcome, **values)


def set_aside(
    mailbox: Mailbox,
    *,
    uid: int = 900,
    subject: str = "Broken",
    sender: str = "eve@broken.example",
    message_id: str = "broken@broken.example",
    raw: bytes = RAW,
) -> QuarantinedLetter:
    """A letter of the inbox that could not be read."""
    folder, _is_new = Folder.objects.get_or_create(mailbox=mailbox, role=Folder.Role.INBOX, defaults={"name": "INBOX"})
    return QuarantinedLetter.objects.create(
        entry=add_place(folder, uid, FolderEntry.Outcome.FAILED),
        mailbox=mailbox,
        reason=QuarantinedLetter.Reason.UNREADABLE,
        detail="UnicodeError",
        raw_name=store_raw(mailbox.pk, raw) if raw else "",
        size=len(raw),
        received_at=AT,
        message_id_header=message_id,
        from_address=sender,
        subject=subject,
        reader_version=1,
        tried_at=AT,
    )
