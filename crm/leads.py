"""Leads: create, change, move, delete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import live
from accounts.audit import record
from accounts.models import Membership
from accounts.tenancy import current_account_id, on_commit
from crm.card_events import EventKind, note_event, note_events, note_responsible
from crm.errors import CardNotFound, ValueRefused
from crm.field_values import merge_values
from crm.models import Company, Contact, Lead, LeadContact, Stage
from crm.pipelines import default_stage
from crm.signals import lead_moved, leads_entered_stage
from crm.tags import set_tags

IMPORTED = "import"  # one of crm.card_events.HOW


@dataclass(frozen=True, slots=True)
class LeadValues:
    """A lead as typed, whole. Without a stage it keeps its own, or begins in the first."""

    name: str
    price: Decimal | None = None
    stage: Stage | None = None
    company: Company | None = None
    responsible: Membership | None = None
    contacts: Sequence[Contact] = ()
    custom_fields: Mapping[str, Any] | None = None  # changes by number, see crm.field_values
    tags: Sequence[str] | None = None  # names; None leaves them as they are


@transaction.atomic
def create_lead(values: LeadValues, *, member: Membership | None = None, how: str = "by_hand") -> Lead:
    """`how` is one of crm.card_events.HOW. Raises ValueRefused."""
    stage = values.stage or default_stage()
    closed_at = None if stage.kind == Stage.Kind.OPEN else timezone.now()
    lead = _write_lead(Lead(stage=stage, closed_at=closed_at), values)
    note_event(lead, EventKind.CREATED, actor=member, how=how)
    if how != IMPORTED:  # silent (G15)
        leads_entered_stage.send(Lead, lead_ids=[lead.pk], stage_id=lead.stage_id, at=lead.stage_since, kind="created")
        _tell({lead.pk: None}, lead.stage_id, kind="created")
    return lead


@transaction.atomic
def change_lead(lead: Lead, values: LeadValues, *, member: Membership | None = None) -> Lead:
    """Raises ValueRefused."""
    held = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
    responsible_before = held.responsible_id
    if values.stage:
        move_lead(held, values.stage, member=member)
        held.refresh_from_db(fields=["stage", "stage_since", "closed_at"])
    _write_lead(held, values)
    note_responsible(held, responsible_before, member)
    return held


def values_of(lead: Lead) -> LeadValues:
    """As they are, for changing some of them; without the stage, which stays then."""
    return LeadValues(lead.name, lead.price, None, lead.company, lead.responsible, list(lead.contacts.all()))


def _write_lead(lead: Lead, values: LeadValues) -> Lead:
    if not values.name.strip():
        raise ValueRefused("name", _("Enter the lead's name."))
    lead.name, lead.price = values.name.strip(), values.price
    lead.company, lead.responsible = values.company, values.responsible
    merge_values(lead, values.custom_fields)
    lead.save()
    if values.tags is not None:
        set_tags(lead, values.tags)
    LeadContact.objects.filter(lead=lead).exclude(contact__in=values.contacts).delete()
    add_contacts(lead, values.contacts)
    return lead


def add_contacts(lead: Lead, contacts: Iterable[Contact]) -> None:
    """To those that it has."""
    LeadContact.objects.bulk_create(
        (LeadContact(lead=lead, contact=contact) for contact in contacts), ignore_conflicts=True
    )


def move_lead(lead: Lead, stage: Stage, *, member: Membership | None = None) -> bool:
    """To another stage; False when it stands there already, or is gone."""
    return move_leads(Lead.objects.filter(pk=lead.pk), stage, member=member) == 1


@transaction.atomic
def move_leads(
    leads: QuerySet[Lead], stage: Stage, *, member: Membership | None = None, is_tidying: bool = False
) -> int:
    """All of these to one stage; the number of those that stood elsewhere. Each has a line on its card. `is_tidying`:
    nothing has happened to them, so the stage sends them nothing.
    """
    if not Stage.objects.filter(pk=stage.pk).exists():
        raise CardNotFound  # deleted by somebody else meanwhile
    others = Lead.objects.filter(pk__in=leads.order_by().values("pk")).exclude(stage=stage)
    moved = list(others.select_for_update(no_key=True, of=("self",)).select_related("stage").order_by("pk"))
    if not moved:
        return 0
    ids, now = [lead.pk for lead in moved], timezone.now()
    closed_at = None if stage.kind == Stage.Kind.OPEN else Coalesce("closed_at", now)
    Lead.objects.filter(pk__in=ids).update(stage=stage, stage_since=now, closed_at=closed_at)
    for name, group in groupby(sorted(moved, key=_stage_name), _stage_name):
        note_events(group, EventKind.MOVED, actor=member, **{"from": name, "to": stage.name})
    if not is_tidying:
        leads_entered_stage.send(Lead, lead_ids=ids, stage_id=stage.pk, at=now, kind="moved")
    _tell({lead.pk: lead.stage_id for lead in moved}, stage.pk, kind="moved")
    return len(moved)


def _stage_name(lead: Lead) -> str:
    return lead.stage.name


def _tell(from_stages: Mapping[int, int | None], to_stage: int, *, kind: str) -> None:
    """The rooms above and open boards, on commit."""
    account_id = current_account_id()

    def send() -> None:
        for lead_id, from_stage in from_stages.items():
            lead_moved.send_robust(
                Lead, account_id=account_id, lead_id=lead_id, from_stage=from_stage, to_stage=to_stage, kind=kind
            )

    on_commit(send)
    live.publish("lead", everyone=True)


@transaction.atomic
def delete_lead(member: Membership, lead: Lead) -> None:
    """The lead goes; contacts and letters stay."""
    record(member, "lead.deleted", target=lead)
    lead.delete()
    live.publish("lead", everyone=True)
