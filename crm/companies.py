"""Companies: create, change, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import Membership
from crm.card_events import EventKind, note_event, note_responsible
from crm.contacts import check_count, checked_emails
from crm.errors import ValueRefused
from crm.field_values import merge_values
from crm.models import Company
from crm.tags import set_tags


@dataclass(frozen=True, slots=True)
class CompanyValues:
    """A company as typed, whole."""

    name: str
    emails: Sequence[str] = ()
    phones: Sequence[str] = ()
    responsible: Membership | None = None
    custom_fields: Mapping[str, Any] | None = None  # changes by number, see crm.field_values
    tags: Sequence[str] | None = None  # names; None leaves them as they are


@transaction.atomic
def write_company(
    values: CompanyValues, company: Company | None = None, *, member: Membership | None = None, how: str = "by_hand"
) -> Company:
    """Create (`how` is one of crm.card_events.HOW), or change the given one. Raises ValueRefused."""
    if company is None:
        made = _write(Company(), values)
        note_event(made, EventKind.CREATED, actor=member, how=how)
        return made
    held = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    before = held.responsible_id
    _write(held, values)
    note_responsible(held, before, member)
    return held


def values_of(company: Company) -> CompanyValues:
    """As they are, for changing some of them."""
    return CompanyValues(company.name, company.emails, company.phones, company.responsible)


def _write(company: Company, values: CompanyValues) -> Company:
    if not values.name.strip():
        raise ValueRefused("name", _("Enter the company's name."))
    check_count("emails", values.emails, len(company.emails))
    check_count("phones", values.phones, len(company.phones))
    company.name = values.name.strip()
    company.emails = checked_emails(values.emails)
    company.phones = list(dict.fromkeys(filter(None, map(str.strip, values.phones))))
    company.responsible = values.responsible
    merge_values(company, values.custom_fields)
    company.save()
    if values.tags is not None:
        set_tags(company, values.tags)
    return company


@transaction.atomic
def delete_company(member: Membership, company: Company) -> None:
    """Its contacts and leads stay."""
    record(member, "company.deleted", target=company)
    company.delete()
