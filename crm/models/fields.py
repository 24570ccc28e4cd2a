"""Fields that an account adds to its cards."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.tenant_models import TenantModel


class CustomField(TenantModel):
    """A field that an account added to its cards. Forms name it by its number, templates by its code."""

    class Entity(models.TextChoices):
        CONTACT = "contact", _("Contact")
        LEAD = "lead", _("Lead")
        COMPANY = "company", _("Company")
        CUSTOMER = "customer", _("Customer")
        MAILBOX = "mailbox", _("Mailbox")  # R03

    class Type(models.TextChoices):
        TEXT = "text", _("Text")
        NUMERIC = "numeric", _("Number")
        LIST = "list", _("One of a list")
        MULTILIST = "multilist", _("Several of a list")
        SWITCH = "switch", _("Switch")
        DATE = "date", _("Date")
        FLAG = "flag", _("Flag")

    number = models.PositiveIntegerField()
    code = models.CharField(_("code"), max_length=50)
    entity = models.CharField(_("card"), max_length=8, choices=Entity)
    name = models.CharField(_("name"), max_length=100)
    type = models.CharField(_("type"), max_length=9, choices=Type)
    options = ArrayField(models.CharField(max_length=200), default=list, blank=True)  # of the two kinds of lists
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        abstract = False
        ordering = ["entity", "position", "id"]
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["account", "number"], name="customfield_number_once"),
            models.UniqueConstraint("account", "entity", Lower("code"), name="customfield_code_once"),
        ]

    def __str__(self) -> str:
        return f"custom field {self.number}"
