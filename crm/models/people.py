"""Stores, companies and the people of other firms."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Func
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenant_models import SameAccount, TenantForeignKey, TenantModel
from crm.querysets import ContactQuerySet

PHONE_DIGITS = Func("phones", function="crm_phone_digits", output_field=models.TextField())  # "34955123,34600"


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
    custom_values = models.JSONField(default=dict, blank=True)  # by number of CustomField, see crm.custom_fields
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="responsible", name="company_responsible_same_account"),
        ]
        indexes = [
            models.Index(fields=["account", "name", "id"], name="company_list"),
            models.Index(fields=["account", "-created_at", "-id"], name="company_newest"),
            GinIndex(OpClass("account_id", "int8_ops"), OpClass("name", "gin_trgm_ops"), name="company_sought"),
            GinIndex(
                OpClass("account_id", "int8_ops"),
                OpClass(PHONE_DIGITS, "gin_trgm_ops"),
                condition=~models.Q(phones=[]),
                name="company_by_phone",
            ),
        ]

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
    store = TenantForeignKey(
        Store, on_delete=models.SET_NULL, null=True, blank=True, related_name="contacts", verbose_name=_("store")
    )
    custom_values = models.JSONField(default=dict, blank=True)  # by number of CustomField, see crm.custom_fields
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ContactQuerySet.as_manager()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="company", name="contact_company_same_account"),
            SameAccount(field="responsible", name="contact_responsible_same_account"),
            SameAccount(field="store", name="contact_store_same_account"),
        ]
        indexes = [
            models.Index(fields=["account", "name", "id"], name="contact_list"),
            models.Index(fields=["account", "company"], name="contact_of_company"),
            models.Index(fields=["account", "responsible", "name", "id"], name="contact_of_responsible"),
            models.Index(fields=["account", "-created_at", "-id"], name="contact_newest"),
            GinIndex(OpClass("account_id", "int8_ops"), OpClass("name", "gin_trgm_ops"), name="contact_sought"),
            GinIndex(
                OpClass("account_id", "int8_ops"),
                OpClass(PHONE_DIGITS, "gin_trgm_ops"),
                condition=~models.Q(phones=[]),
                name="contact_by_phone",
            ),
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
        indexes = [
            models.Index(fields=["account", "email_key"], name="contactemail_by_address"),  # filing
            GinIndex(
                OpClass("account_id", "int8_ops"), OpClass("email_key", "gin_trgm_ops"), name="contactemail_sought"
            ),
        ]

    def __str__(self) -> str:
        return f"address of contact {self.contact_id}"
