"""Files of letters, and what is in them."""

from __future__ import annotations

import io

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.models import Membership
from mailboxes.models import Mailbox
from mailkit.mbox import MboxLetter, build_entry, read_letters
from privacy.importing import import_some, request_import
from privacy.models import AccountExport, MailImport
from tests.threads.builders import Mail

MOST = 100 * 1024 * 1024


def mbox_of(*mails: Mail | bytes) -> bytes:
    entries: list[bytes] = []
    for mail in mails:
        raw, at = (mail, Mail().received_at) if isinstance(mail, bytes) else (mail.to_bytes(), mail.received_at)
        entries += build_entry(raw, sender="anna@client.example", received_at=at)
    return b"".join(entries)


def letters_in(mbox: bytes) -> list[MboxLetter]:
    return list(read_letters(io.BytesIO(mbox), most_bytes=MOST))


def bring(member: Membership | None, mailbox: Mailbox, content: bytes, name: str = "mail.mbox") -> MailImport:
    """Import it to the end."""
    order = request_import(member, mailbox, ContentFile(content), name)
    while import_some(order.pk):
        pass
    order.refresh_from_db()
    return order


def counts(order: MailImport) -> tuple[int, int, int, int]:
    """New, known, left out, failed."""
    return order.new_count, order.known_count, order.skipped_count, order.failed_count


def packed_account(member: Membership) -> AccountExport:
    """One that is ready; there is nothing of the account in it."""
    name = default_storage.save(f"{member.account_id}/exports/packed.zip", ContentFile(b"PK"))
    return AccountExport.objects.create(member=member, state=AccountExport.State.DONE, stored_name=name, size=2)
