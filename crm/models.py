"""Customers as a sales team sees them: contacts, companies, leads in pipelines."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership
from accounts.tenant_models import SameAccount, TenantForeignKey, TenantModel
from crm.querysets import ContactQuerySet, LeadQuerySet


class Store(TenantModel):
    """A brand or shop of the account: mailboxes and customers may belong to one (R09)."""

    name = models.CharField(_("name"), max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint("account", Lower("name"), name="store_name_once"),
        ]

    def __str__(self) -> str:
        return f"store {self.pk}"


class Company(TenantModel):
    """A firm. Its contacts point to it."""

    name = models.CharField(_("name"), max_length=200)
    emails = ArrayField(models.EmailField(max_length=320), default=list, blank=True)
    phones = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    responsible = TenantForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("responsible")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="responsible", name="company_responsible_same_account"),
        ]
        indexes = [models.Index(fields=["account", "name", "id"], name="company_list")]

    def __str__(self) -> str:
        return f"company {self.pk}"


class Contact(TenantModel):
    """A person outside the account, known by any number of addresses and phones."""

    first_name = models.CharField(_("first name"), max_length=100, blank=True, default="")
    last_name = models.CharField(_("last name"), max_length=100, blank=True, default="")
    name = models.CharField(max_length=201, editable=False)  # both together, else the first address: what lists show
    phones = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("phones"))
    company = TenantForeignKey(
        Company, on_delete=models.SET_NULL, null=True, blank=True, related_name="contacts", verbose_name=_("company")
    )
    responsible = TenantForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("responsible")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ContactQuerySet.as_manager()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="company", name="contact_company_same_account"),
            SameAccount(field="responsible", name="contact_responsible_same_account"),
        ]
        indexes = [
            models.Index(fields=["account", "name", "id"], name="contact_list"),
            models.Index(fields=["account", "company"], name="contact_of_company"),
        ]

    def __str__(self) -> str:
        return f"contact {self.pk}"


class ContactEmail(TenantModel):
    """One address of a contact. The same address may belong to several contacts (of different stores, say)."""

    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="emails")
    email = models.CharField(max_length=320)  # as typed
    email_key = models.CharField(max_length=320)  # mailkit.addresses.email_key: what is compared
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        abstract = False
        ordering = ["position", "id"]
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="contact", name="contactemail_contact_same_account"),
            models.UniqueConstraint(fields=["account", "contact", "email_key"], name="contactemail_once"),
        ]
        indexes = [models.Index(fields=["account", "email_key"], name="contactemail_by_address")]  # filing

    def __str__(self) -> str:
        return f"address of contact {self.contact_id}"


class Pipeline(TenantModel):
    """An ordered way from first word to sale."""

    name = models.CharField(_("name"), max_length=100)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        abstract = False
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"pipeline {self.pk}"


class Stage(TenantModel):
    """One step of a pipeline."""

    class Kind(models.TextChoices):
        OPEN = "open", pgettext_lazy("stage", "Open")
        WON = "won", pgettext_lazy("stage", "Won")
        LOST = "lost", pgettext_lazy("stage", "Lost")

    pipeline = TenantForeignKey(Pipeline, on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(_("name"), max_length=100)
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=4, choices=Kind, default=Kind.OPEN)

    class Meta(TenantModel.Meta):
        abstract = False
        ordering = ["position", "id"]
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="pipeline", name="stage_pipeline_same_account"),
        ]

    def __str__(self) -> str:
        return f"stage {self.pk}"


class Lead(TenantModel):
    """A possible sale, standing in one stage of one pipeline."""

    name = models.CharField(_("name"), max_length=200)
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=2, null=True, blank=True)
    stage = TenantForeignKey(Stage, on_delete=models.PROTECT, related_name="leads", verbose_name=_("stage"))
    company = TenantForeignKey(
        Company, on_delete=models.SET_NULL, null=True, blank=True, related_name="leads", verbose_name=_("company")
    )
    responsible = TenantForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("responsible")
    )
    contacts: models.ManyToManyField[Contact, LeadContact] = models.ManyToManyField(
        Contact, through="LeadContact", related_name="leads"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    stage_since = models.DateTimeField(auto_now_add=True)

    objects = LeadQuerySet.as_manager()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="stage", name="lead_stage_same_account"),
            SameAccount(field="company", name="lead_company_same_account"),
            SameAccount(field="responsible", name="lead_responsible_same_account"),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at", "-id"], name="lead_list"),
            models.Index(fields=["account", "stage"], name="lead_of_stage"),
        ]

    def __str__(self) -> str:
        return f"lead {self.pk}"


class LeadContact(TenantModel):
    """A contact that takes part in a lead."""

    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="+")
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+")

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="lead", name="leadcontact_lead_same_account"),
            SameAccount(field="contact", name="leadcontact_contact_same_account"),
            models.UniqueConstraint(fields=["account", "lead", "contact"], name="leadcontact_once"),
        ]
        indexes = [models.Index(fields=["account", "contact"], name="leadcontact_by_contact")]

    def __str__(self) -> str:
        return f"contact {self.contact_id} of lead {self.lead_id}"
