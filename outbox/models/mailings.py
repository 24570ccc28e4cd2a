"""Mailings: one letter to many, each with their own, at the pace that a mailbox allows (M10, M12, M20, M92)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership
from accounts.tenant_models import SameAccount, TenantForeignKey, TenantModel
from crm.models import Contact, Lead
from letter_templates.models import Template
from mailboxes.models import Mailbox, SenderAlias
from outbox.models.letters import OutgoingMail
from outbox.models.uploads import Upload


class Mailing(TenantModel):
    """What is sent to all of them: the words of its template as they were when it was started."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Being prepared")
        RUNNING = "running", _("Being sent")
        PAUSED = "paused", _("Paused")
        DONE = "done", pgettext_lazy("mailing", "Done")
        CANCELED = "canceled", _("Canceled")

    name = models.CharField(_("name"), max_length=150)
    author = TenantForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    pause_reason = models.CharField(max_length=32, blank=True, default="")  # "": a person did it
    # Who gets it: {"kind": one of crm.models.CARDS, "ids": [...]} or {"kind": ..., "filter": "the list's query"}.
    selection = models.JSONField(default=dict)
    template = TenantForeignKey(Template, on_delete=models.SET_NULL, null=True, related_name="+")
    mailbox = TenantForeignKey(Mailbox, on_delete=models.SET_NULL, null=True, related_name="+")
    alias = TenantForeignKey(SenderAlias, on_delete=models.SET_NULL, null=True, related_name="+")
    subject = models.TextField(blank=True, default="")
    format = models.CharField(max_length=6, choices=Template.Format, default=Template.Format.VISUAL)
    body = models.TextField(blank=True, default="")
    attachment_url = models.TextField(blank=True, default="")
    with_signature = models.BooleanField(default=True)
    triggers = models.JSONField(default=dict)  # see letter_templates.trigger_choice
    track_opens = models.BooleanField(null=True)  # null: as the mailbox
    track_links = models.BooleanField(null=True)
    recipient_count = models.PositiveIntegerField(default=0)
    prepared_at = models.DateTimeField(null=True)  # its recipients are rows
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    feed_at = models.DateTimeField(null=True)  # when letters are made for the next of them; null: not
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="author", name="mailing_author_same_account"),
            SameAccount(field="template", name="mailing_template_same_account"),
            SameAccount(field="mailbox", name="mailing_mailbox_same_account"),
            SameAccount(field="alias", name="mailing_alias_same_account"),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at", "-id"], name="mailing_list"),
            models.Index(fields=["feed_at"], condition=Q(feed_at__isnull=False), name="mailing_to_feed"),
        ]

    def __str__(self) -> str:
        return f"mailing {self.pk}"


class MailingFile(TenantModel):
    """An upload that goes out with every letter of a mailing."""

    mailing = TenantForeignKey(Mailing, on_delete=models.CASCADE, related_name="files")
    upload = TenantForeignKey(Upload, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    content_id = models.CharField(max_length=100, blank=True, default="")

    class Meta(TenantModel.Meta):
        abstract = False
        ordering = ["mailing_id", "position"]
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="mailing", name="mailingfile_mailing_same_account"),
            SameAccount(field="upload", name="mailingfile_upload_same_account"),
            models.UniqueConstraint(fields=["account", "mailing", "position"], name="mailingfile_once"),
        ]
        indexes = [models.Index(fields=["account", "upload"], name="mailingfile_of_upload")]

    def __str__(self) -> str:
        return f"file {self.position} of mailing {self.mailing_id}"


class MailingRecipient(TenantModel):
    """One of them. The letter is made shortly before it is sent; how that goes stands with the letter."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        QUEUED = "queued", _("Handed over")  # the letter is there
        SKIPPED = "skipped", _("Left out")
        CANCELED = "canceled", _("Canceled")

    class Reason(models.TextChoices):
        """Why somebody is left out."""

        NO_ADDRESS = "no_address", _("No address")
        BAD_ADDRESS = "bad_address", _("The address is not one")
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
        BOUNCED = "bounced", _("Letters come back")
        DOUBLE = "double", _("The address is there already")
        EMPTY_FIELDS = "empty_fields", _("Fields are empty")
        REFUSED = "refused", _("The letter could not be made")

    mailing = TenantForeignKey(Mailing, on_delete=models.CASCADE, related_name="recipients")
    contact = TenantForeignKey(Contact, on_delete=models.SET_NULL, null=True, related_name="+")
    lead = TenantForeignKey(Lead, on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=300, blank=True, default="")
    address = models.CharField(max_length=320, blank=True, default="")
    email_key = models.CharField(max_length=320, blank=True, default="")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=12, choices=Reason, blank=True, default="")
    mail = TenantForeignKey(OutgoingMail, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="mailing", name="mailingrecipient_mailing_same_account"),
            SameAccount(field="contact", name="mailingrecipient_contact_same_account"),
            SameAccount(field="lead", name="mailingrecipient_lead_same_account"),
            SameAccount(field="mail", name="mailingrecipient_mail_same_account"),
            # Each address gets one letter of a mailing, whatever goes wrong.
            models.UniqueConstraint(
                fields=["account", "mailing", "email_key"],
                condition=~Q(state="skipped"),
                name="mailingrecipient_address_once",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "mailing", "state", "id"], name="mailingrecipient_next"),
            *(
                models.Index(
                    fields=["account", name],
                    condition=Q(**{f"{name}__isnull": False}),
                    name=f"mailingrecipient_of_{name}",
                )
                for name in ("contact", "lead", "mail")
            ),
        ]

    def __str__(self) -> str:
        return f"recipient {self.pk} of mailing {self.mailing_id}"
