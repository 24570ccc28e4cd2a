"""What nobody needs any more: drafts whose letters are sent, files that no letter and no draft names, and those of sent
letters: a copy with all of them lies on the mail server, where they are opened (K62).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.tenancy import every_account, on_commit
from outbox.models import Draft, DraftAddressee, OutgoingAttachment, OutgoingMail, Upload, WebCopy
from outbox.template_files import forget_unnamed
from outbox.uploads import IN_A_DRAFT, IN_A_LETTER, IN_A_MAILING

UNUSED_FOR = timedelta(days=7)  # after it was given to us: a letter may be written for so long without being saved
FILES_AT_ONCE = 500

State = OutgoingMail.State


def list_accounts(now: datetime) -> list[int]:
    """Those with something to purge."""
    with every_account("accounts with files to purge"):
        found: tuple[QuerySet[Any], ...] = (_unused(now), _sent(), _on_server(now))
        return sorted({account_id for rows in found for account_id in _accounts_of(rows)})


def purge(now: datetime) -> int:
    """In this account; how many files went. Each is a transaction of its own, so it may be broken off anywhere."""
    _sent().delete()
    _on_server(now).delete()
    ids = list(_unused(now).order_by("pk").values_list("pk", flat=True)[:FILES_AT_ONCE])
    return sum(_purge(upload_id) for upload_id in ids)


def _accounts_of(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by().values_list("account_id", flat=True).distinct()


def _on_server(now: datetime) -> QuerySet[OutgoingAttachment]:
    """Not where the mailbox keeps a copy, nor pictures of a letter that is read in a browser."""
    is_copied = Q(mail__state=State.SENT, mail__sent_copy=OutgoingMail.SentCopy.DONE)
    old = OutgoingAttachment.objects.filter(is_copied, upload__created_at__lte=now - UNUSED_FOR)
    is_shown = ~Q(content_id="") & Exists(WebCopy.objects.filter(mail=OuterRef("mail")))
    return old.filter(mail__mailbox__keep_attachments=False).exclude(is_shown)


def _sent() -> QuerySet[Draft]:
    """A letter that failed, or whose outcome nobody knows, may become its draft again. One to each: only all."""
    alone = Q(is_to_each=False, mail__state__in=[State.SENT, State.CANCELED])
    is_sent = Exists(DraftAddressee.objects.filter(draft=OuterRef("pk"), mail__state=State.SENT))
    return Draft.objects.filter(alone | Q(is_sent, is_to_each=True))


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
