"""Pages that clients see by a link of their own, and what they fill in (M110-M127)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from accounts.tenant_models import SameAccount, TenantForeignKey, TenantModel
from crm.models import CARDS, Card, Company, Contact, Customer, Lead, Note
from letter_templates.models import Template
from outbox.models import OutgoingMail
from pages.querysets import PageLinkQuerySet, PageQuerySet
from tracking.models import Tracked


class Subdomain(models.Model):
    """A name before the pages' domain. Not a tenant table: whoever opens a page is not known yet, and no two accounts
    may have the same one."""

    owner = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="subdomains")
    label = models.SlugField(max_length=63, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.label


class Page(TenantModel):
    """What a page is made of, as a template is for letters. Triggers name it {web:NUMBER}."""

    number = models.PositiveIntegerField()
    name = models.CharField(_("name"), max_length=150)
    header = models.CharField(_("page header"), max_length=200, blank=True, default="")  # in the browser's tab
    title = models.SlugField(_("page title"), max_length=100, blank=True, default="", allow_unicode=True)  # URL's end
    format = models.CharField(_("format"), max_length=6, choices=Template.Format, default=Template.Format.VISUAL)
    body = models.TextField(_("text"), blank=True, default="")
    lifetime_days = models.PositiveIntegerField(_("lifetime in days"), null=True)  # null: for ever
    cache_seconds = models.PositiveIntegerField(_("cache time in seconds"), default=0)
    subdomain = models.SlugField(_("subdomain"), max_length=63, blank=True, default="")  # a Subdomain of the account
    on_open = ArrayField(models.BigIntegerField(), default=list, blank=True)  # ids of automation.Trigger
    metrica_id = models.CharField(_("Metrica counter"), max_length=20, blank=True, default="")
    gtm_id = models.CharField(_("Google Tag Manager ID"), max_length=20, blank=True, default="")
    version = models.PositiveIntegerField(default=1)  # the ETag: goes up with every change
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PageQuerySet.as_manager()

    class Meta(TenantModel.Meta):
        abstract = False
        ordering = ["name", "id"]
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["account", "number"], name="page_number_once"),
        ]

    def __str__(self) -> str:
        return f"page {self.number}"

    @property
    def code(self) -> str:
        """What triggers write into a field for it (M118)."""
        return f"{{web:{self.number}}}"


class PageLink(TenantModel):
    """A page for one card: the link that only its client has."""

    page = TenantForeignKey(Page, on_delete=models.CASCADE, related_name="links")
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, null=True, related_name="+")
    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, null=True, related_name="+")
    company = TenantForeignKey(Company, on_delete=models.CASCADE, null=True, related_name="+")
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, null=True, related_name="+")
    card_key = models.CharField(max_length=24)  # "lead12": one link for each page and card
    tracked = TenantForeignKey(Tracked, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # As it was shown last, for the cache time.
    shown_html = models.TextField(blank=True, default="")
    shown_at = models.DateTimeField(null=True)
    shown_version = models.PositiveIntegerField(default=0)  # of the page

    objects = PageLinkQuerySet.as_manager()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="page", name="pagelink_page_same_account"),
            SameAccount(field="contact", name="pagelink_contact_same_account"),
            SameAccount(field="lead", name="pagelink_lead_same_account"),
            SameAccount(field="company", name="pagelink_company_same_account"),
            SameAccount(field="customer", name="pagelink_customer_same_account"),
            SameAccount(field="tracked", name="pagelink_tracked_same_account"),
            models.UniqueConstraint(fields=["account", "page", "card_key"], name="pagelink_once"),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at", "-id"], name="pagelink_list"),
            models.Index(fields=["account", "tracked"], name="pagelink_of_tracked"),
            *(
                models.Index(
                    fields=["account", name], condition=Q(**{f"{name}__isnull": False}), name=f"pagelink_of_{name}"
                )
                for name in ("contact", "lead", "company", "customer")
            ),
        ]

    def __str__(self) -> str:
        return f"link to page {self.page_id} for {self.card_key}"

    @property
    def card(self) -> Card:
        """It has just one."""
        found: Card = next(card for name in CARDS if (card := getattr(self, name)) is not None)
        return found


class FormAnswer(TenantModel):
    """A form of a letter or page as somebody sent it, and what was written of it (M120-M127)."""

    tracked = TenantForeignKey(Tracked, on_delete=models.CASCADE, related_name="+")
    mail = TenantForeignKey(OutgoingMail, on_delete=models.SET_NULL, null=True, related_name="+")
    page_link = TenantForeignKey(PageLink, on_delete=models.SET_NULL, null=True, related_name="+")
    contact = TenantForeignKey(Contact, on_delete=models.SET_NULL, null=True, related_name="+")
    lead = TenantForeignKey(Lead, on_delete=models.SET_NULL, null=True, related_name="+")
    note = TenantForeignKey(Note, on_delete=models.SET_NULL, null=True, related_name="+")
    digest = models.CharField(max_length=64)  # of what was sent: a second click is not a second answer
    written = models.JSONField(default=dict)  # {"lead": [numbers], ...}
    refused = models.JSONField(default=list)  # [{"name", "reason"}]
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="tracked", name="formanswer_tracked_same_account"),
            SameAccount(field="mail", name="formanswer_mail_same_account"),
            SameAccount(field="page_link", name="formanswer_page_link_same_account"),
            SameAccount(field="contact", name="formanswer_contact_same_account"),
            SameAccount(field="lead", name="formanswer_lead_same_account"),
            SameAccount(field="note", name="formanswer_note_same_account"),
        ]
        indexes = [
            models.Index(fields=["account", "tracked", "-created_at"], name="formanswer_of_tracked"),
            *(
                models.Index(
                    fields=["account", name], condition=Q(**{f"{name}__isnull": False}), name=f"formanswer_of_{name}"
                )
                for name in ("mail", "page_link", "contact", "lead", "note")
            ),
        ]

    def __str__(self) -> str:
        return f"form answer {self.pk}"
