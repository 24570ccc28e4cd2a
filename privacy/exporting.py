"""The mail of a contact as an mbox file (G16): what the asking member may see, sent while it is made."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from accounts.audit import record
from accounts.models import Membership
from crm.models import Contact
from mailboxes.foreign_reading import note_reading
from mailboxes.live_sessions import live_session
from mailboxes.models import Mailbox
from mailboxes.policy import seen_by_administrators
from mailkit.mbox import build_entry
from privacy.whole_letters import Connect, LetterReader
from threads.models import Message
from threads.querysets import MessageQuerySet

LETTERS_AT_ONCE = 50


def count_exported(member: Membership, contact: Contact) -> int:
    return _letters_of(member, contact).count()


@transaction.atomic
def export_contact(member: Membership, contact: Contact, *, connect: Connect = live_session) -> Iterator[bytes]:
    """The bytes of the file, oldest letter first. That it is taken is written down now (G12), for administrators: with
    the number of those letters that they may know of (K23).
    """
    letters = _letters_of(member, contact)
    note_reading(member, Mailbox.objects.filter(pk__in=letters.values("mailbox")))
    ids = list(letters.in_order().values_list("pk", flat=True))
    told = Message.objects.filter(pk__in=ids, mailbox__in=Mailbox.objects.filter(seen_by_administrators()))
    record(member, "contact.mail_exported", target=contact, count=told.count())
    return _stream(ids, connect)


def _letters_of(member: Membership, contact: Contact) -> MessageQuerySet:
    return Message.objects.visible_to(member).readable().of_contact(contact)


def _stream(ids: list[int], connect: Connect) -> Iterator[bytes]:
    with LetterReader(connect) as reader:
        for start in range(0, len(ids), LETTERS_AT_ONCE):
            yield from write_letters(reader, ids[start : start + LETTERS_AT_ONCE])


def write_letters(reader: LetterReader, ids: list[int]) -> Iterator[bytes]:
    """These letters as entries of an mbox file, in their order."""
    for message in Message.objects.filter(pk__in=ids).for_reading().in_order():
        yield from build_entry(reader.read(message), sender=message.from_address, received_at=message.received_at)
