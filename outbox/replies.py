"""What an answer to a letter begins with: to whom, under which subject, quoting what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Membership
from mailboxes.models import Mailbox, SenderAlias
from mailkit.addresses import email_key
from mailkit.subjects import reply_subject
from mailkit.types import Address
from outbox.texts import quote_html, quote_text, text_to_html
from threads.models import Message, Participant
from tracking.originals import for_others, original_html, original_text

Role = Participant.Role


@dataclass(frozen=True, slots=True)
class ReplyDefaults:
    """What the writer finds filled in, and may change."""

    mailbox: Mailbox
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    quoted_html: str
    quoted_text: str


def reply_defaults(member: Membership, message: Message, reply_all: bool = False) -> ReplyDefaults:
    """For a message that the member sees (threads.access): an answer from the mailbox it lies in."""
    own = _own_keys(member, message.mailbox)
    by_role = _people(message)
    main = _answered_people(message, by_role)
    to = _others(main, own) or main
    cc: list[Address] = []
    if reply_all:
        also_to = [] if message.direction == Message.Direction.OUTGOING else by_role[Role.TO]
        to = _others([*to, *also_to], own) or to
        cc = _others(by_role[Role.CC], own | {email_key(address.email) for address in to})
    quoted_html, quoted_text = _quoted(message)
    return ReplyDefaults(
        message.mailbox, tuple(to), tuple(cc), reply_subject(message.subject), quoted_html, quoted_text
    )


def _own_keys(member: Membership, mailbox: Mailbox) -> frozenset[str]:
    """Those whose copy the writer has anyway. Colleagues stay: whoever answers all does not mean to drop them."""
    own = Mailbox.objects.filter(Q(owner=member) | Q(pk=mailbox.pk))
    aliases = SenderAlias.objects.filter(mailbox__in=own, confirmed_at__isnull=False)
    keys = [*own.values_list("address_key", flat=True), *aliases.values_list("address_key", flat=True)]
    return frozenset({email_key(member.user.email), *keys})


def _people(message: Message) -> dict[str, list[Address]]:
    by_role: dict[str, list[Address]] = {role: [] for role in Role}
    for person in message.participants.all():
        by_role[person.role].append(Address(person.email, person.name))
    return by_role


def _answered_people(message: Message, by_role: dict[str, list[Address]]) -> list[Address]:
    """Reply-To before From; to our own letter the answer goes on to those whom it was written to."""
    if message.direction == Message.Direction.OUTGOING:
        return by_role[Role.TO]
    return by_role[Role.REPLY_TO] or by_role[Role.FROM]


def _others(people: Iterable[Address], left_out: frozenset[str]) -> list[Address]:
    """Each address once, without those left out."""
    kept: dict[str, Address] = {}
    for person in people:
        key = email_key(person.email)
        if key not in left_out:
            kept.setdefault(key, person)
    return list(kept.values())


def _quoted(message: Message) -> tuple[str, str]:
    body = next(iter(message.bodies.all()), None)
    if body is None:
        return "", ""
    who = f"{message.from_name} <{message.from_address}>" if message.from_name else message.from_address
    when = date_format(timezone.localtime(message.sent_at or message.received_at), "DATETIME_FORMAT")
    attribution = _("On %(date)s, %(who)s wrote:") % {"date": when, "who": who}
    text, html = for_others(original_text(body.text)), for_others(original_html(body.html))
    return quote_html(attribution, html or text_to_html(text)), quote_text(attribution, text)
