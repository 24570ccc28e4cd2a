"""Contacts that may be the same person: they share an address or a phone, or have the same name. Those that somebody
knows to be different people do not come again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import Membership
from crm.errors import ValueRefused
from crm.models import Contact, NotDuplicate

Group = tuple[str, int, list[int]]  # what they share, of which store, who they are

MOST = 10  # of one group: as many as can be merged at once


class By(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    NAME = "name"


# Contacts of different stores are different customers (R09). Each gives (key, store, id).
_SHARED = {
    By.EMAIL: """SELECT e.email_key AS key, c.store_id, c.id FROM crm_contactemail e
                 JOIN crm_contact c ON c.id = e.contact_id""",
    By.PHONE: """SELECT DISTINCT regexp_replace(phone, '\\D', '', 'g') AS key, store_id, id
                 FROM crm_contact, unnest(phones) AS phone WHERE length(regexp_replace(phone, '\\D', '', 'g')) > 4""",
    By.NAME: """SELECT lower(name) AS key, store_id, id FROM crm_contact WHERE first_name <> '' OR last_name <> ''""",
}
_GROUPS = """
SELECT key, coalesce(store_id, 0), array_agg(id ORDER BY id) FROM ({shared}) AS shared
WHERE (key, coalesce(store_id, 0)) > (%s, %s)
GROUP BY key, store_id HAVING count(*) > 1 AND count(*) * (count(*) - 1) > (
  SELECT count(*) FROM crm_notduplicate AS known
  WHERE known.contact_id = ANY(array_agg(shared.id)) AND known.other_id = ANY(array_agg(shared.id)))
ORDER BY key, coalesce(store_id, 0) LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """`key` is what they share, as it is compared; the oldest contact comes first, and at most MOST are here."""

    key: str
    store_id: int
    contacts: Sequence[Contact]
    count: int


def find_duplicates(by: By, *, after: tuple[str, int] = ("", -1), limit: int = 50) -> list[Duplicates]:
    """Groups in the order of (key, store_id), which names the place where the next ones begin."""
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS.format(shared=_SHARED[by]), [*after, limit])
        groups: list[Group] = cursor.fetchall()
    groups = _without_different(groups)
    wanted = [contact_id for _key, _store, ids in groups for contact_id in ids[:MOST]]
    contacts = {row.pk: row for row in Contact.objects.for_list().select_related("store").filter(pk__in=wanted)}
    return [
        Duplicates(key, store_id, [contacts[each] for each in ids[:MOST] if each in contacts], len(ids))
        for key, store_id, ids in groups
    ]


def _without_different(groups: Sequence[Group]) -> list[Group]:
    """Without those who are known to be none of the others in their group."""
    everybody = {contact_id for _key, _store, ids in groups for contact_id in ids}
    known = NotDuplicate.objects.filter(contact__in=everybody, other__in=everybody)
    pairs = set(known.values_list("contact_id", "other_id"))
    return [(key, store_id, _still_alike(ids, pairs)) for key, store_id, ids in groups]


def _still_alike(ids: Sequence[int], pairs: set[tuple[int, int]]) -> list[int]:
    here = set(ids)
    different = Counter(one for one, other in pairs if one in here and other in here)
    return [each for each in ids if different[each] < len(ids) - 1]


@transaction.atomic
def mark_different(member: Membership, contact: Contact, others: Sequence[Contact]) -> None:
    """This contact is a different person than each of the others. Raises ValueRefused."""
    ids = _held(contact, others)
    sides = [pair for other in ids for pair in ((contact.pk, other), (other, contact.pk))]
    rows = (NotDuplicate(contact_id=one, other_id=other) for one, other in sides)
    NotDuplicate.objects.bulk_create(rows, ignore_conflicts=True)
    record(member, "contact.kept_apart", target=contact, count=len(ids))


@transaction.atomic
def forget_different(member: Membership, contact: Contact, others: Sequence[Contact]) -> None:
    """They may be one person after all. Raises ValueRefused."""
    ids = _held(contact, others)
    NotDuplicate.objects.filter(contact=contact, other__in=ids).delete()
    NotDuplicate.objects.filter(contact__in=ids, other=contact).delete()
    record(member, "contact.maybe_one", target=contact, count=len(ids))


def _held(contact: Contact, others: Sequence[Contact]) -> list[int]:
    """The ids of the others. None of all can go until the transaction ends."""
    ids = sorted({other.pk for other in others} - {contact.pk})
    if not 1 <= len(ids) < MOST:
        raise ValueRefused("contacts", _("Choose two to %(most)d contacts.") % {"most": MOST})
    held = Contact.objects.select_for_update(no_key=True).filter(pk__in=[contact.pk, *ids]).order_by("pk")
    if len(held) != len(ids) + 1:
        raise ValueRefused("contacts", _("One of these contacts is no longer there."))
    return ids
