"""Files in storage that no row names any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db.models import Q

from threads.content_store import folder_of
from threads.models import Attachment, MessageBody, QuarantinedLetter


@dataclass(frozen=True, slots=True)
class Owners:
    """Whose files are to go: letters of a mailbox by their Message-IDs, and by their rows as far as these are there."""

    mailbox_id: int
    message_ids: Collection[str]
    letters: Collection[int] = ()


def delete_unnamed(owners: Owners, names: Iterable[str]) -> int:
    """Delete these files of a mailbox, unless others than the owners name them too; the number of files.

    Whoever calls keeps the sync of the mailbox away: a file that is there already is not stored again, but named soon.
    """
    wanted = set(names) - {""}
    doomed = wanted - _named_by_others(owners, wanted) if wanted else set()
    for name in doomed:
        default_storage.delete(name)
    return len(doomed)


def _named_by_others(owners: Owners, names: Collection[str]) -> set[str]:
    files = Attachment.objects.filter(stored_name__in=names).exclude(message__in=owners.letters)
    set_aside = QuarantinedLetter.objects.filter(raw_name__in=names).exclude(mailbox=owners.mailbox_id)
    return {
        *MessageBody.objects.filter(_same_letters(owners, names)).values_list("raw_name", flat=True),
        *files.values_list("stored_name", flat=True),
        *set_aside.values_list("raw_name", flat=True),
    }


def _same_letters(owners: Owners, names: Collection[str]) -> Q:
    """Equal bytes have equal Message-IDs, by which there is an index. Older names may be those of several mailboxes."""
    same = Q(raw_name__in=names, message__message_id_header__in=owners.message_ids) & ~Q(message__in=owners.letters)
    own = f"{folder_of(owners.mailbox_id)}/"
    return same & Q(mailbox=owners.mailbox_id) if all(name.startswith(own) for name in names) else same
