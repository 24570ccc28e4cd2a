"""Which fields of a mailing are empty, and for how many of its recipients: counted by the database, nothing is rendered
for each of them. A field with a default, or one that is only asked for in an `if`, leaves no gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from crm.models import Company, Contact, Customer, CustomField, Lead
from letter_templates.fields import names, sender_values
from outbox.merging import fill_in, words_of
from outbox.models import Mailing, MailingRecipient

# Cards by group of fields: their model, and which one is a recipient's, as letter_templates.fields.cards_of has it.
_CARDS: Mapping[str, tuple[type[Any], Any]] = {
    "contact": (Contact, OuterRef("contact_id")),
    "lead": (Lead, OuterRef("lead_id")),
    "company": (Company, Coalesce(OuterRef("contact__company_id"), OuterRef("lead__company_id"))),
    "customer": (
        Customer,
        Subquery(
            Customer.objects.filter(contacts=OuterRef(OuterRef("contact_id"))).order_by("name", "id").values("pk")[:1]
        ),
    ),
}
# When a field has a value. The others always have one where there is the card.
_FILLED: Mapping[str, Q] = {
    "contact.first_name": ~Q(first_name=""),
    "contact.last_name": ~Q(last_name=""),
    "contact.phone": ~Q(phones=[]),
    "company.email": ~Q(emails=[]),
    "company.phone": ~Q(phones=[]),
    "lead.price": Q(price__isnull=False),
    "customer.next_purchase": Q(next_purchase_at__isnull=False),
}


def written_fields(mailing: Mailing) -> tuple[str, ...]:
    """Those that leave a gap when they are empty. Raises PartRefused."""
    words = words_of(mailing.format, subject=mailing.subject, body=mailing.body)
    return fill_in(words, dict.fromkeys(names(), "")).empty_fields


def count_blanks(mailing: Mailing, fields: Iterable[str]) -> dict[str, int]:
    """How many of those who get it have nothing in each of these fields; without fields that nobody lacks."""
    conditions = _conditions(mailing, fields)
    if not conditions:
        return {}
    counted = {f"field_{number}": Count("pk", filter=blank) for number, blank in enumerate(conditions.values())}
    counts = _getting(mailing).aggregate(**counted)
    found = {field: counts[f"field_{number}"] for number, field in enumerate(conditions)}
    return {field: count for field, count in found.items() if count}


def leave_out_blanks(mailing: Mailing, fields: Iterable[str]) -> int:
    """Whoever lacks one of these fields gets nothing; how many they are."""
    conditions = list(_conditions(mailing, fields).values())
    if not conditions:
        return 0
    blank = list(_getting(mailing).filter(reduce(or_, conditions)).values_list("pk", flat=True))
    return MailingRecipient.objects.filter(pk__in=blank).update(
        state=MailingRecipient.State.SKIPPED, reason=MailingRecipient.Reason.EMPTY_FIELDS
    )


def _getting(mailing: Mailing) -> QuerySet[MailingRecipient]:
    rows: QuerySet[MailingRecipient] = mailing.recipients.filter(state=MailingRecipient.State.WAITING)
    return rows


def _conditions(mailing: Mailing, fields: Iterable[str]) -> dict[str, Q]:
    """By field: who lacks it."""
    own = list(CustomField.objects.exclude(entity="mailbox"))
    sender = sender_values(mailing.author, mailing.mailbox)
    return {field: _blank(field, own, sender) for field in fields}


def _blank(field: str, own: Iterable[CustomField], sender: Mapping[str, str]) -> Q:
    if field in sender:  # the same for everybody
        return Q(pk__isnull=bool(sender[field])) if sender[field] else Q(pk__isnull=False)
    group, _dot, code = field.rpartition(".")
    mine = [one for one in own if one.code == code and group in ("", one.entity)]
    if (group and field in _FILLED) or not mine:
        return _lacks(group, _FILLED.get(field, Q()))
    return reduce(and_, (_lacks(one.entity, Q(custom_values__has_key=str(one.number))) for one in mine))


def _lacks(group: str, filled: Q) -> Q:
    model, card = _CARDS[group]
    return Q(~Exists(model.objects.filter(filled, pk=card)))
