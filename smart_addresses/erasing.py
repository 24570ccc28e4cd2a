"""What came to the smart addresses from a person who is to be erased everywhere (G16)."""

from __future__ import annotations

from collections.abc import Collection

from django.core.files.storage import default_storage
from django.db.models import Q
from django.db.models.functions import Lower

from smart_addresses.models import ArrivedLetter, RefusedLetter


def erase_arrived(addresses: Collection[str], message_ids: Collection[int]) -> None:
    """By the sender of envelope or letter, and those that became one of these letters, before the letters go.

    Rows go before files: a row without its bytes would be read again and again.
    """
    RefusedLetter.objects.annotate(sender=Lower("mail_from")).filter(sender__in=addresses).delete()
    sent = ArrivedLetter.objects.annotate(sender=Lower("mail_from"))
    theirs = Q(sender__in=addresses) | Q(verdict__sender__in=addresses)
    doomed = sent.filter(theirs | Q(message__in=message_ids))
    names = set(doomed.values_list("raw_name", flat=True))
    doomed.delete()
    for name in names - set(ArrivedLetter.objects.filter(raw_name__in=names).values_list("raw_name", flat=True)):
        default_storage.delete(name)
