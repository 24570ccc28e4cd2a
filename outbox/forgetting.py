"""What stays in the outbox of sent letters that were deleted for good: nothing of what they said (K63)."""

from __future__ import annotations

from collections.abc import Collection

from django.core.files.storage import default_storage

from accounts.tenancy import on_commit
from outbox.models import OutgoingAttachment, OutgoingMail, OutgoingRecipient, WebCopy


def forget_letters(message_ids: Collection[int]) -> None:
    """In the transaction that deletes these messages; uploads go when nothing has named them for a while."""
    mails = dict(OutgoingMail.objects.filter(message__in=message_ids).values_list("pk", "raw_name"))
    OutgoingRecipient.objects.filter(mail__in=mails).delete()
    OutgoingAttachment.objects.filter(mail__in=mails).delete()
    WebCopy.objects.filter(mail__in=mails).delete()
    words = dict.fromkeys(("subject", "text", "html", "quote_text", "quote_html", "attachment_url", "error_detail"), "")
    OutgoingMail.objects.filter(pk__in=mails).update(**words, raw_name="", sent_check_at=None)
    names = [name for name in mails.values() if name]
    on_commit(lambda: _delete_files(names))


def _delete_files(names: Collection[str]) -> None:
    for name in names:
        default_storage.delete(name)
