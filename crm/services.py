"""Contacts, companies, pipelines and leads: create, change, delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from accounts.audit import record
from accounts.models import Membership
from crm.errors import StillInUse, ValueRefused
from crm.models import Company, Contact, ContactEmail, Lead, LeadContact, Pipeline, Stage
from crm.signals import contact_addresses_changed
from mailkit.addresses import AddressRefused, email_key, parse_typed_address

# Stored in the language of whoever needs the first pipeline.
STAGES = (
    (pgettext_lazy("stage", "New"), Stage.Kind.OPEN),
    (pgettext_lazy("stage", "Qualified"), Stage.Kind.OPEN),
    (pgettext_lazy("stage", "Offer sent"), Stage.Kind.OPEN),
)
ENDS = ((pgettext_lazy("stage", "Won"), Stage.Kind.WON), (pgettext_lazy("stage", "Lost"), Stage.Kind.LOST))


@dataclass(frozen=True, slots=True)
class ContactValues:
    """A contact as typed, whole."""

    first_name: str = ""
    last_name: str = ""
    emails: Sequence[str] = ()
    phones: Sequence[str] = ()
    company: Company | None = None
    responsible: Membership | None = None


def checked_emails(emails: Sequence[str]) -> list[str]:
    """Trimmed, without repetition, in the order typed. Raises ValueRefused that names the wrong one."""
    found: dict[str, str] = {}
    for typed in filter(None, map(str.strip, emails)):
        try:
            email = parse_typed_address(typed).email
        except AddressRefused as error:
            raise ValueRefused("emails", _("“%(typed)s” is not an email address.") % {"typed": typed[:100]}) from error
        found.setdefault(email_key(email), email)
    return list(found.values())


def _name_of(values: ContactValues, emails: Sequence[str]) -> str:
    name = f"{values.first_name.strip()} {values.last_name.strip()}".strip()
    name = name or next(iter(emails), "") or next(iter(values.phones), "")
    if not name:
        raise ValueRefused("first_name", _("Enter a name, an email address or a phone number."))
    return name[:201]


@transaction.atomic
def create_contact(values: ContactValues) -> Contact:
    """Raises ValueRefused. Mail that is stored already is linked at once (G02)."""
    return _write_contact(Contact(), values)


@transaction.atomic
def change_contact(contact: Contact, values: ContactValues) -> Contact:
    """Raises ValueRefused."""
    return _write_contact(Contact.objects.select_for_update().get(pk=contact.pk), values)


def _write_contact(contact: Contact, values: ContactValues) -> Contact:
    emails = checked_emails(values.emails)
    contact.name = _name_of(values, emails)
    contact.first_name, contact.last_name = values.first_name.strip(), values.last_name.strip()
    contact.phones = list(dict.fromkeys(filter(None, map(str.strip, values.phones))))
    contact.company, contact.responsible = values.company, values.responsible
    contact.save()
    _write_emails(contact, emails)
    return contact


def _write_emails(contact: Contact, emails: Sequence[str]) -> None:
    before = set(contact.emails.values_list("email_key", flat=True))
    rows = [
        ContactEmail(contact=contact, email=email, email_key=email_key(email), position=position)
        for position, email in enumerate(emails)
    ]
    contact.emails.exclude(email_key__in=[row.email_key for row in rows]).delete()
    ContactEmail.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["account", "contact", "email_key"],
        update_fields=["email", "position"],
    )
    if before != {row.email_key for row in rows}:
        contact_addresses_changed.send(Contact, contact=contact)


@transaction.atomic
def delete_contact(member: Membership, contact: Contact) -> None:
    """The card goes; its letters stay in Mail."""
    record(member, "contact.deleted", target=contact)
    contact.delete()


@dataclass(frozen=True, slots=True)
class CompanyValues:
    """A company as typed, whole."""

    name: str
    emails: Sequence[str] = ()
    phones: Sequence[str] = ()
    responsible: Membership | None = None


@transaction.atomic
def write_company(values: CompanyValues, company: Company | None = None) -> Company:
    """Create, or change the given one. Raises ValueRefused."""
    if not values.name.strip():
        raise ValueRefused("name", _("Enter the company's name."))
    company = company or Company()
    company.name = values.name.strip()
    company.emails = checked_emails(values.emails)
    company.phones = list(dict.fromkeys(filter(None, map(str.strip, values.phones))))
    company.responsible = values.responsible
    company.save()
    return company


@transaction.atomic
def delete_company(member: Membership, company: Company) -> None:
    """Its contacts and leads stay."""
    record(member, "company.deleted", target=company)
    company.delete()


@transaction.atomic
def create_pipeline(name: str, stages: Sequence[tuple[str | Promise, str]] = STAGES + ENDS) -> Pipeline:
    """A pipeline with its stages (name and kind)."""
    if not name.strip():
        raise ValueRefused("name", _("Enter the pipeline's name."))
    pipeline = Pipeline.objects.create(name=name.strip(), position=Pipeline.objects.count())
    Stage.objects.bulk_create(
        Stage(pipeline=pipeline, name=str(stage), kind=kind, position=position)
        for position, (stage, kind) in enumerate(stages)
    )
    return pipeline


@transaction.atomic
def change_pipeline(pipeline: Pipeline, *, name: str, position: int) -> Pipeline:
    """Raises ValueRefused."""
    if not name.strip():
        raise ValueRefused("name", _("Enter the pipeline's name."))
    pipeline.name, pipeline.position = name.strip(), position
    pipeline.save(update_fields=["name", "position"])
    return pipeline


@dataclass(frozen=True, slots=True)
class StageValues:
    """A stage as typed, whole. Without a position it comes last."""

    pipeline: Pipeline
    name: str
    position: int | None = None
    kind: str = Stage.Kind.OPEN


@transaction.atomic
def write_stage(values: StageValues, stage: Stage | None = None) -> Stage:
    """Create, or change the given one. Raises ValueRefused."""
    if not values.name.strip():
        raise ValueRefused("name", _("Enter the stage's name."))
    stage = stage or Stage()
    stage.pipeline, stage.name, stage.kind = values.pipeline, values.name.strip(), values.kind
    stage.position = values.pipeline.stages.count() if values.position is None else values.position
    stage.save()
    return stage


def default_stage() -> Stage:
    """Where a new lead stands: the first stage of the first pipeline, which is made when there is none."""
    return first_stage(Pipeline.objects.first() or create_pipeline(_("Sales")))


def first_stage(pipeline: Pipeline) -> Stage:
    """Raises ValueRefused when somebody deleted them all."""
    stage = pipeline.stages.first()
    if stage is None:
        raise ValueRefused("stage", _("This pipeline has no stages. Add one first."))
    return stage


@transaction.atomic
def delete_stage(stage: Stage) -> None:
    """Raises StillInUse when leads stand in it."""
    try:
        stage.delete()
    except ProtectedError as error:
        raise StillInUse(_("Leads stand in this stage. Move them first.")) from error


@transaction.atomic
def delete_pipeline(pipeline: Pipeline) -> None:
    """Raises StillInUse when leads stand in one of its stages."""
    try:
        pipeline.delete()
    except ProtectedError as error:
        raise StillInUse(_("Leads stand in this pipeline. Move them first.")) from error


@dataclass(frozen=True, slots=True)
class LeadValues:
    """A lead as typed, whole. Without a stage it keeps its own, or begins in the first."""

    name: str
    price: Decimal | None = None
    stage: Stage | None = None
    company: Company | None = None
    responsible: Membership | None = None
    contacts: Sequence[Contact] = ()


@transaction.atomic
def create_lead(values: LeadValues) -> Lead:
    """Raises ValueRefused."""
    return _write_lead(Lead(stage=values.stage or default_stage()), values)


@transaction.atomic
def change_lead(lead: Lead, values: LeadValues) -> Lead:
    """Raises ValueRefused."""
    return _write_lead(Lead.objects.select_for_update().get(pk=lead.pk), values)


def _write_lead(lead: Lead, values: LeadValues) -> Lead:
    if not values.name.strip():
        raise ValueRefused("name", _("Enter the lead's name."))
    lead.name, lead.price = values.name.strip(), values.price
    lead.company, lead.responsible = values.company, values.responsible
    if values.stage and values.stage.pk != lead.stage_id:
        lead.stage, lead.stage_since = values.stage, timezone.now()
    lead.save()
    LeadContact.objects.filter(lead=lead).exclude(contact__in=values.contacts).delete()
    LeadContact.objects.bulk_create(
        (LeadContact(lead=lead, contact=contact) for contact in values.contacts), ignore_conflicts=True
    )
    return lead


def move_lead(lead: Lead, stage: Stage) -> None:
    """To another stage; nothing happens when it stands there already."""
    Lead.objects.filter(pk=lead.pk).exclude(stage=stage).update(stage=stage, stage_since=timezone.now())


@transaction.atomic
def delete_lead(member: Membership, lead: Lead) -> None:
    """The lead goes; contacts and letters stay."""
    record(member, "lead.deleted", target=lead)
    lead.delete()
