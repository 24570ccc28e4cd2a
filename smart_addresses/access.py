"""The only way a face gets what came to the smart addresses: for those who read their mailbox (K40)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import F, Prefetch, QuerySet

from accounts.ids import row_number
from accounts.models import Membership
from mailboxes.models import Mailbox
from smart_addresses.errors import ArrivedLetterNotFound
from smart_addresses.models import ArrivedLetter, Creation, RefusedLetter
from threads.models import Message


def reads_arrivals(member: Membership) -> bool:
    return Mailbox.objects.visible_to(member).filter(kind=Mailbox.Kind.SYSTEM).exists()


def list_arrived(member: Membership) -> QuerySet[ArrivedLetter]:
    """With all that a row shows; in no order yet. A letter that lies in Deleted is not told of."""
    cards = Creation.objects.select_related("contact", "lead").order_by("pk")
    rows = ArrivedLetter.objects.select_related("message").prefetch_related(Prefetch("creations", cards))
    return rows.filter(message__deleted_at=None) if reads_arrivals(member) else rows.none()


def get_arrived_for(member: Membership, letter_id: int | str) -> ArrivedLetter:
    """Raises ArrivedLetterNotFound."""
    letter = list_arrived(member).filter(pk=row_number(letter_id)).first()
    if letter is None:
        raise ArrivedLetterNotFound
    return letter


def list_refused(member: Membership) -> QuerySet[RefusedLetter]:
    return RefusedLetter.objects.all() if reads_arrivals(member) else RefusedLetter.objects.none()


def checks_of_arrived(messages: Iterable[Message]) -> dict[int, ArrivedLetter]:
    """sender_checks() of those that lie in the mailbox of the smart addresses: the senders of all others were judged by
    the servers that they came through. Give letters that were read with their mailboxes.
    """
    arrived = [message.pk for message in messages if message.mailbox.kind == Mailbox.Kind.SYSTEM]
    return sender_checks(arrived) if arrived else {}


def sender_checks(message_ids: Collection[int]) -> dict[int, ArrivedLetter]:
    """Of letters that the caller may read: what was found out about their senders, by the letter's id. A letter that
    came to several addresses was checked each time: the best result counts. Only of the very bytes that are shown: one
    with the same Message-ID, date and subject is the same letter for Mail, but may hold another text.
    """
    shown = ArrivedLetter.objects.filter(message__in=message_ids, raw_name=F("message__bodies__raw_name"))
    checked = shown.exclude(dmarc="").order_by("is_verified", "pk")
    return {letter.message_id: letter for letter in checked if letter.message_id}
