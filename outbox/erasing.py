"""Deleting letters that were sent, or were to be sent: rows, final bytes, uploads. All of a mailbox that is given up
(K64), or all to a person who is to be erased (G16); their drafts too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import unquote_plus

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from letter_templates.stored_files import hold_upload_name
from mailkit.named_addresses import names_one_of
from outbox.models import (
    Draft,
    DraftAddressee,
    DraftAttachment,
    Mailing,
    MailingFile,
    MailingRecipient,
    OutgoingAttachment,
    OutgoingMail,
    OutgoingRecipient,
    Suppression,
    Upload,
)
from outbox.template_files import is_named
from tracking.models import Tracked

LETTERS_AT_ONCE = 200


def erase_some(mailbox_id: int) -> int:
    """The next batch; how many letters it had. 0 when nothing is left, or only what is on its way at the moment."""
    return _erase(OutgoingMail.objects.filter(mailbox=mailbox_id))


def erase_to(addresses: Collection[str]) -> bool:
    """Letters and drafts to these (lower case), and that letters do not reach them. False while one is on its way."""
    Suppression.objects.filter(email_key__in=addresses).delete()
    MailingRecipient.objects.filter(email_key__in=addresses).delete()
    _forget_selections(addresses)
    _erase_drafts(addresses)
    written = OutgoingRecipient.objects.annotate(lower=Lower("address")).filter(lower__in=addresses)
    letters = OutgoingMail.objects.filter(pk__in=written.values("mail"))
    while _erase(letters):
        pass
    return not letters.exists()


def erase_recipient(contact_id: int) -> None:
    """From mailings, also from those that left him out for want of an address, and from drafts to each. Before the card
    goes.
    """
    MailingRecipient.objects.filter(contact=contact_id).delete()
    DraftAddressee.objects.filter(contact=contact_id).delete()


def _forget_selections(addresses: Collection[str]) -> None:
    """Of mailings to whom a search for the address had found: whoever got one stands there as a row."""
    for mailing in Mailing.objects.filter(selection__has_key="filter").only("selection"):
        if names_one_of(unquote_plus(mailing.selection["filter"]), addresses):
            mailing.selection = {"kind": mailing.selection["kind"], "ids": []}
            mailing.save(update_fields=["selection"])


def erase_answers_to(message_ids: Collection[int]) -> None:
    """Drafts that quote these letters, before the letters go."""
    quoting = Q(reply_to_message__in=message_ids) | Q(forward_message__in=message_ids)
    Draft.objects.filter(quoting, mail=None).delete()


def _erase_drafts(addresses: Collection[str]) -> None:
    """What was typed may be more than an address: a name with it, or half of another."""
    for draft in Draft.objects.filter(mail=None).only("to", "cc", "bcc").iterator():
        if names_one_of(" ".join([*draft.to, *draft.cc, *draft.bcc]), addresses):
            draft.delete()


def _erase(rows: QuerySet[OutgoingMail]) -> int:
    """The next batch of these, without what a worker has at the moment."""
    idle = rows.filter(Q(lease_until=None) | Q(lease_until__lte=timezone.now()))
    letters: Mapping[int, str] = dict(idle.order_by("pk").values_list("pk", "raw_name")[:LETTERS_AT_ONCE])
    used = OutgoingAttachment.objects.filter(mail__in=letters)
    for upload in Upload.objects.filter(pk__in=used.values("upload")):
        _erase_upload(upload, letters)
    for name in filter(None, letters.values()):
        default_storage.delete(name)
    mails = OutgoingMail.objects.filter(pk__in=letters)
    Tracked.objects.filter(pk__in=mails.values("tracked")).delete()  # who opened them, and from where
    mails.delete()
    return len(letters)


def has_letters(mailbox_id: int) -> bool:
    return OutgoingMail.objects.filter(mailbox=mailbox_id).exists()


@transaction.atomic
def _erase_upload(upload: Upload, letters: Collection[int]) -> None:
    """Unless another letter or a draft has it too; its bytes, unless another upload or a template names them."""
    hold_upload_name(upload.storage_name)
    in_others = OutgoingAttachment.objects.filter(upload=upload).exclude(mail__in=letters)
    in_drafts = DraftAttachment.objects.filter(upload=upload).exclude(draft__mail__in=letters)
    if in_others.exists() or in_drafts.exists() or MailingFile.objects.filter(upload=upload).exists():
        return
    DraftAttachment.objects.filter(upload=upload).delete()
    OutgoingAttachment.objects.filter(upload=upload).delete()
    upload.delete()
    if not is_named(upload.storage_name):
        default_storage.delete(upload.storage_name)
