"""Leads, on their way through the stages of a pipeline."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership
from accounts.tenant_models import SameAccount, TenantForeignKey, TenantModel
from crm.models.people import Company, Contact
from crm.querysets import LeadQuerySet


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
    custom_values = models.JSONField(default=dict, blank=True)  # by number of CustomField, see crm.custom_fields
    created_at = models.DateTimeField(auto_now_add=True)
    stage_since = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)  # when it left the last open stage; null while it is open

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
            models.Index(  # a column of the board; with the price, so that its sum reads no rows
                fields=["account", "stage", "-stage_since", "-id"], include=["price"], name="lead_on_board"
            ),
            models.Index(fields=["account", "responsible", "-created_at", "-id"], name="lead_of_responsible"),
            models.Index(fields=["account", "company"], name="lead_of_company"),
            models.Index(fields=["account", "name", "id"], name="lead_by_name"),
            models.Index("account", F("price").desc(nulls_last=True), F("id").desc(), name="lead_by_price"),
            GinIndex(OpClass("account_id", "int8_ops"), OpClass("name", "gin_trgm_ops"), name="lead_sought"),
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
