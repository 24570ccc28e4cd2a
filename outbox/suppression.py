"""Addresses that letters do not reach, or that want none. Nothing is refused because of them: who writes is warned."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.ids import row_number
from accounts.models import Membership
from crm.models import Contact, ContactEmail
from mailkit.addresses import AddressRefused, email_key, parse_typed_address
from outbox.errors import InvalidRecipient, SuppressionNotFound
from outbox.models import Suppression
from threads.models import Message

MOST_TYPED = 320


@dataclass(frozen=True, slots=True)
class BadAddress:
    """What is known of an address: since when letters to it come back, or are not wanted."""

    address: str
    since: datetime
    reason: str  # a Suppression.Reason


def suppress(key: str, *, detail: str, message: Message) -> None:
    """In the caller's transaction. The newest report counts."""
    reason = Suppression.Reason.BOUNCED
    Suppression.objects.update_or_create(email_key=key, reason=reason, defaults={"detail": detail, "message": message})


def warnings_for(addresses: Iterable[str]) -> Mapping[str, BadAddress]:
    """Those of them that take no mail, as they were given. The whole account shares what one of its letters found out;
    which letter that was stands in no warning."""
    keys = {address: email_key(address) for address in addresses}
    bad = {row.email_key: row for row in _rows_of(keys.values())}
    return {
        address: BadAddress(address, bad[key].created_at, bad[key].reason)
        for address, key in keys.items()
        if key in bad
    }


def marks_of(addresses: Iterable[str]) -> Mapping[str, str]:
    """The Suppression.Reason of those that take no mail, by email key."""
    return {row.email_key: row.reason for row in _rows_of(map(email_key, addresses))}


def marks_for(contact_id: int | None, addresses: Collection[str]) -> Mapping[str, str]:
    """The same for what nobody writes by hand: who unsubscribed at one address did so for all of theirs (G09)."""
    marks = dict(marks_of(addresses))
    if contact_id is None:
        return marks
    theirs = set(ContactEmail.objects.filter(contact=contact_id).values_list("email_key", flat=True))
    unsubscribed = Suppression.objects.filter(email_key__in=theirs, reason=Suppression.Reason.UNSUBSCRIBED)
    if unsubscribed.exists():
        marks |= dict.fromkeys(theirs.intersection(map(email_key, addresses)), Suppression.Reason.UNSUBSCRIBED)
    return marks


@transaction.atomic
def set_unsubscribed(member: Membership, addresses: Sequence[str], *, is_unsubscribed: bool) -> None:
    """Somebody said so, or takes it back, for all these addresses of a person."""
    reason, keys = Suppression.Reason.UNSUBSCRIBED, {email_key(address) for address in addresses}
    rows = Suppression.objects.filter(email_key__in=keys, reason=reason)
    if is_unsubscribed:
        new = keys - set(rows.values_list("email_key", flat=True))
        Suppression.objects.bulk_create(
            (Suppression(email_key=key, reason=reason) for key in new), ignore_conflicts=True
        )
        count = len(new)
    else:
        count, _by_table = rows.delete()
    if count:
        record(member, "suppression.unsubscribed" if is_unsubscribed else "suppression.subscribed", count=count)


def add_unsubscribed(member: Membership, typed: str) -> None:
    """Somebody asked by phone, say. Raises InvalidRecipient."""
    try:
        address = parse_typed_address(typed)
    except AddressRefused as error:
        words = _("this is not an email address; it needs the form name@example.com.")
        raise InvalidRecipient("address", typed[:MOST_TYPED], words) from error
    set_unsubscribed(member, [address.email], is_unsubscribed=True)


def is_unsubscribed(contact: Contact) -> bool:
    """Whether one of his addresses wants no mail."""
    return bool(unsubscribed_keys([contact]))


def unsubscribed_keys(contacts: Iterable[Contact]) -> frozenset[str]:
    """The email keys of these people that want no mail."""
    keys = {row.email_key for contact in contacts for row in contact.emails.all()}
    rows = Suppression.objects.filter(email_key__in=keys, reason=Suppression.Reason.UNSUBSCRIBED)
    return frozenset(rows.values_list("email_key", flat=True))


def reasons_on(contacts: Iterable[Contact]) -> frozenset[tuple[str, int]]:
    """Each Suppression.Reason that an address of these people has, with the id of the contact."""
    owners: dict[str, set[int]] = {}
    for contact in contacts:
        for row in contact.emails.all():
            owners.setdefault(row.email_key, set()).add(contact.pk)
    found = Suppression.objects.filter(email_key__in=owners).values_list("reason", "email_key")
    return frozenset((reason, contact_id) for reason, key in found for contact_id in owners[key])


def _rows_of(keys: Iterable[str]) -> QuerySet[Suppression]:
    """One a key counts, the last of them: that letters come back says more than that they are not wanted."""
    return Suppression.objects.filter(email_key__in=set(keys)).order_by("-reason")


def suppressions_of(member: Membership) -> QuerySet[Suppression]:
    """With what the server said: for those who see the letter that brought it. Of one that is gone: administrators."""
    seen = Q(message__in=Message.objects.visible_to(member))
    return Suppression.objects.filter(seen | Q(message=None) if member.is_admin else seen)


@transaction.atomic
def lift(member: Membership, suppression_id: int | str) -> None:
    """The address works again, or somebody knows better. Raises SuppressionNotFound."""
    found = suppressions_of(member).filter(pk=row_number(suppression_id)).first()
    if found is None:
        raise SuppressionNotFound
    record(member, "suppression.lifted", suppression=found.pk)
    found.delete()
