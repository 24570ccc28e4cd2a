"""What nobody needs any more: drafts whose letters are sent, and files that no letter and no draft names."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from accounts.tenancy import every_account, on_commit
from outbox.models import Draft, OutgoingMail, Upload
from outbox.template_files import forget_unnamed
from outbox.uploads import IN_A_DRAFT, IN_A_LETTER, IN_A_MAILING

UNUSED_FOR = timedelta(days=7)  # after it was given to us: a letter may be written for so long without being saved
FILES_AT_ONCE = 500

State = OutgoingMail.State


def list_accounts(now: datetime) -> list[int]:
    """Those with something to purge."""
    with every_account("accounts with files to purge"):
        files = _unused(now).order_by().values_list("account_id", flat=True).distinct()
        drafts = _sent().order_by().values_list("account_id", flat=True).distinct()
        return sorted({*files, *drafts})


def purge(now: datetime) -> int:
    """In this account; how many files went. Each is a transaction of its own, so it may be broken off anywhere."""
    _sent().delete()
    ids = list(_unused(now).order_by("pk").values_list("pk", flat=True)[:FILES_AT_ONCE])
    return sum(_purge(upload_id) for upload_id in ids)


def _sent() -> QuerySet[Draft]:
    """A letter that failed, or whose outcome nobody knows, may become its draft again."""
    return Draft.objects.filter(mail__state__in=[State.SENT, State.CANCELED])


def _unused(now: datetime) -> QuerySet[Upload]:
    old = Upload.objects.filter(created_at__lte=now - UNUSED_FOR)
    return old.exclude(IN_A_LETTER).exclude(IN_A_DRAFT).exclude(IN_A_MAILING)


@transaction.atomic
def _purge(upload_id: int) -> bool:
    """Under a lock that outbox.uploads.get_uploads takes too: a draft may have named it just now."""
    upload = Upload.objects.filter(pk=upload_id).select_for_update(skip_locked=True).first()
    if upload is None or Upload.objects.filter(IN_A_LETTER | IN_A_DRAFT | IN_A_MAILING, pk=upload_id).exists():
        return False
    upload.delete()
    on_commit(partial(forget_unnamed, upload.storage_name))
    return True
