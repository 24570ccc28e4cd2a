"""Deleting the letters that a mailbox sent, or was to send, when it is given up (K64): rows, final bytes, uploads."""

from __future__ import annotations

from collections.abc import Collection

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from outbox.models import OutgoingAttachment, OutgoingMail, Upload
from outbox.uploads import hold_upload_name

LETTERS_AT_ONCE = 200


def erase_some(mailbox_id: int) -> int:
    """The next batch; how many letters it had. 0 when nothing is left, or only what is on its way at the moment."""
    idle = OutgoingMail.objects.filter(Q(lease_until=None) | Q(lease_until__lte=timezone.now()), mailbox=mailbox_id)
    letters = dict(idle.order_by("pk").values_list("pk", "raw_name")[:LETTERS_AT_ONCE])
    used = OutgoingAttachment.objects.filter(mail__in=letters)
    for upload in Upload.objects.filter(pk__in=used.values("upload")):
        _erase_upload(upload, letters)
    for name in filter(None, letters.values()):
        default_storage.delete(name)
    OutgoingMail.objects.filter(pk__in=letters).delete()
    return len(letters)


def has_letters(mailbox_id: int) -> bool:
    return OutgoingMail.objects.filter(mailbox=mailbox_id).exists()


@transaction.atomic
def _erase_upload(upload: Upload, letters: Collection[int]) -> None:
    """Unless a letter of another mailbox has it too; its bytes, unless they are those of another upload."""
    hold_upload_name(upload.storage_name)
    if OutgoingAttachment.objects.filter(upload=upload).exclude(mail__in=letters).exists():
        return
    OutgoingAttachment.objects.filter(upload=upload).delete()
    upload.delete()
    if not Upload.objects.filter(storage_name=upload.storage_name).exists():
        default_storage.delete(upload.storage_name)
