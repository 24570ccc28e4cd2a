"""Letters of a person who is to be erased everywhere (G16): in all mailboxes of the account, whoever reads them.

All letters that this person takes part in, also those with others, and reports about letters to them. What others say
of a person in letters among themselves is not found by an address, and stays.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from mailboxes.models import Mailbox
from threads.models import BounceReport, FolderEntry, ImageConsent, Message, Participant, QuarantinedLetter
from threads.purging import LETTERS_AT_ONCE, alone_in, delete_for_good
from threads.querysets import MessageQuerySet
from threads.stored_names import Owners, delete_unnamed


def letters_of(addresses: Collection[str]) -> MessageQuerySet:
    """`addresses` in lower case, as written and as mailkit.addresses.email_key has them."""
    takes_part = Participant.objects.filter(email_key__in=addresses)
    reports = BounceReport.objects.filter(recipient_key__in=addresses)
    return Message.objects.filter(Q(pk__in=takes_part.values("message")) | Q(pk__in=reports.values("message")))


def erase_letters(addresses: Collection[str]) -> bool:
    """For good, with files, and without a word. False while somebody works on one of the mailboxes."""
    ImageConsent.objects.filter(sender_key__in=addresses).delete()
    letters, set_aside = letters_of(addresses), _set_aside(addresses)
    mailbox_ids = {*letters.values_list("mailbox", flat=True), *set_aside.values_list("mailbox", flat=True)}
    busy = [mailbox_id for mailbox_id in sorted(mailbox_ids) if not _erase_in(mailbox_id, letters, set_aside)]
    return not busy


def _erase_in(mailbox_id: int, letters: MessageQuerySet, set_aside: QuerySet[QuarantinedLetter]) -> bool:
    if Mailbox.objects.filter(pk=mailbox_id, state=Mailbox.State.REMOVING).exists():
        return True  # all of it goes anyway
    with alone_in(mailbox_id) as is_alone:
        if not is_alone:
            return False
        here = letters.filter(mailbox=mailbox_id).order_by("pk").values_list("pk", "message_id_header")
        while some := dict(here[:LETTERS_AT_ONCE]):
            delete_for_good(mailbox_id, some, is_told=False)
        _erase_set_aside(mailbox_id, set_aside.filter(mailbox=mailbox_id))
    return True


def _set_aside(addresses: Collection[str]) -> QuerySet[QuarantinedLetter]:
    """Of those that could not be read no more is known than what From seemed to say."""
    return QuarantinedLetter.objects.annotate(sender=Lower("from_address")).filter(sender__in=addresses)


@transaction.atomic
def _erase_set_aside(mailbox_id: int, rows: QuerySet[QuarantinedLetter]) -> None:
    """The ledger says that they are deleted, so no visit fetches them again."""
    found = list(rows.values_list("entry", "raw_name"))
    FolderEntry.objects.filter(pk__in=[entry for entry, _name in found]).update(outcome=FolderEntry.Outcome.DELETED)
    QuarantinedLetter.objects.filter(entry__in=[entry for entry, _name in found]).delete()
    delete_unnamed(Owners(mailbox_id, ()), [name for _entry, name in found])
