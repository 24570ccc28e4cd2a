"""Who has bought, and may buy again."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenant_models import SameAccount, TenantForeignKey, TenantModel
from crm.models.people import Company, Contact
from crm.querysets import CustomerQuerySet


class Customer(TenantModel):
    """Who has bought and may buy again: one or several contacts."""

    name = models.CharField(_("name"), max_length=200)
    company = TenantForeignKey(
        Company, on_delete=models.SET_NULL, null=True, blank=True, related_name="customers", verbose_name=_("company")
    )
    responsible = TenantForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("responsible")
    )
    contacts: models.ManyToManyField[Contact, CustomerContact] = models.ManyToManyField(
        Contact, through="CustomerContact", related_name="customers"
    )
    next_purchase_at = models.DateField(_("next purchase"), null=True, blank=True)
    custom_values = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CustomerQuerySet.as_manager()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="company", name="customer_company_same_account"),
            SameAccount(field="responsible", name="customer_responsible_same_account"),
        ]
        indexes = [
            models.Index(fields=["account", "name", "id"], name="customer_list"),
            models.Index(fields=["account", "next_purchase_at", "id"], name="customer_by_purchase"),
            models.Index(fields=["account", "-created_at", "-id"], name="customer_newest"),
            GinIndex(OpClass("account_id", "int8_ops"), OpClass("name", "gin_trgm_ops"), name="customer_sought"),
        ]

    def __str__(self) -> str:
        return f"customer {self.pk}"


class CustomerContact(TenantModel):
    """A contact of a customer."""

    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+")

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="customer", name="customercontact_customer_same_account"),
            SameAccount(field="contact", name="customercontact_contact_same_account"),
            models.UniqueConstraint(fields=["account", "customer", "contact"], name="customercontact_once"),
        ]
        indexes = [models.Index(fields=["account", "contact"], name="customercontact_by_contact")]

    def __str__(self) -> str:
        return f"contact {self.contact_id} of customer {self.customer_id}"
