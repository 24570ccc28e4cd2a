"""Letters that are still being written.

A draft that was sent stays, hidden, until its letter is gone for good: whoever takes the letter back finds the same
draft again, with its files.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import Membership
from accounts.tenant_models import SameAccount, TenantForeignKey, TenantModel
from crm.models import Contact, Lead
from letter_templates.models import Template
from mailboxes.models import Mailbox, SenderAlias
from outbox.models.letters import OutgoingMail
from outbox.models.uploads import Upload
from threads.models import Message


class Draft(TenantModel):
    """A letter as far as its author has written it: nothing in it has to be right yet. Only the author sees it."""

    author = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="drafts")
    mailbox = TenantForeignKey(Mailbox, on_delete=models.SET_NULL, null=True, related_name="+")
    alias = TenantForeignKey(SenderAlias, on_delete=models.SET_NULL, null=True, related_name="+")
    to = ArrayField(models.TextField(), default=list)  # these three as typed
    cc = ArrayField(models.TextField(), default=list)
    bcc = ArrayField(models.TextField(), default=list)
    is_to_each = models.BooleanField(default=False)  # not these three: `addressees`
    subject = models.TextField(blank=True, default="")
    format = models.CharField(max_length=6, choices=Template.Format, default=Template.Format.VISUAL)
    body = models.TextField(blank=True, default="")  # in `format`
    quote_text = models.TextField(blank=True, default="")
    quote_html = models.TextField(blank=True, default="")
    attachment_url = models.TextField(blank=True, default="")  # files by link, one a line (M46)
    with_signature = models.BooleanField(default=True)
    reply_to_message = TenantForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="drafts")
    forward_message = TenantForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+")
    template = TenantForeignKey(Template, on_delete=models.SET_NULL, null=True, related_name="+")
    contact = TenantForeignKey(Contact, on_delete=models.SET_NULL, null=True, related_name="+")
    lead = TenantForeignKey(Lead, on_delete=models.SET_NULL, null=True, related_name="+")
    send_at = models.DateTimeField(null=True)
    triggers = models.JSONField(default=dict)  # see letter_templates.trigger_choice
    track_opens = models.BooleanField(null=True)  # null: as the mailbox
    track_links = models.BooleanField(null=True)
    # Sent as this; one to each: the first of its letters.
    mail = TenantForeignKey(OutgoingMail, on_delete=models.CASCADE, null=True, related_name="drafts")
    version = models.PositiveIntegerField(default=1)  # the ETag: goes up with every change
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="mail", name="draft_mail_same_account"),
            SameAccount(field="author", name="draft_author_same_account"),
            SameAccount(field="mailbox", name="draft_mailbox_same_account"),
            SameAccount(field="alias", name="draft_alias_same_account"),
            SameAccount(field="reply_to_message", name="draft_reply_to_same_account"),
            SameAccount(field="forward_message", name="draft_forward_same_account"),
            SameAccount(field="template", name="draft_template_same_account"),
            SameAccount(field="contact", name="draft_contact_same_account"),
            SameAccount(field="lead", name="draft_lead_same_account"),
        ]
        indexes = [
            models.Index(fields=["account", "author", "-updated_at", "-id"], name="draft_list"),
            models.Index(
                fields=["account", "reply_to_message"],
                condition=models.Q(reply_to_message__isnull=False),
                name="draft_answering",
            ),
            models.Index(fields=["account", "mail"], condition=models.Q(mail__isnull=False), name="draft_of_mail"),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class DraftAttachment(TenantModel):
    """An upload that will go out with a draft."""

    draft = TenantForeignKey(Draft, on_delete=models.CASCADE, related_name="attachments")
    upload = TenantForeignKey(Upload, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    content_id = models.CharField(max_length=100, blank=True, default="")  # of an image that stands in the text

    class Meta(TenantModel.Meta):
        abstract = False
        ordering = ["draft_id", "position"]
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="draft", name="draftattachment_draft_same_account"),
            SameAccount(field="upload", name="draftattachment_upload_same_account"),
            models.UniqueConstraint(fields=["account", "draft", "position"], name="draftattachment_once"),
        ]
        indexes = [models.Index(fields=["account", "upload"], name="draftattachment_of_upload")]

    def __str__(self) -> str:
        return f"attachment {self.position} of draft {self.draft_id}"


class DraftAddressee(TenantModel):
    """Somebody who was chosen for a draft to each. Whether a letter can reach them is looked at when it is needed."""

    draft = TenantForeignKey(Draft, on_delete=models.CASCADE, related_name="addressees")
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    lead = TenantForeignKey(Lead, on_delete=models.SET_NULL, null=True, related_name="+")  # written to about it
    # Once it was sent: theirs. None for who was left out.
    mail = TenantForeignKey(OutgoingMail, on_delete=models.SET_NULL, null=True, related_name="addressees")

    class Meta(TenantModel.Meta):
        abstract = False
        ordering = ["draft_id", "id"]
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="draft", name="draftaddressee_draft_same_account"),
            SameAccount(field="contact", name="draftaddressee_contact_same_account"),
            SameAccount(field="lead", name="draftaddressee_lead_same_account"),
            SameAccount(field="mail", name="draftaddressee_mail_same_account"),
            models.UniqueConstraint(fields=["account", "draft", "contact"], name="draftaddressee_once"),
        ]
        indexes = [
            models.Index(fields=["account", "contact"], name="draftaddressee_of_contact"),
            models.Index(
                fields=["account", "lead"], condition=models.Q(lead__isnull=False), name="draftaddressee_of_lead"
            ),
            models.Index(
                fields=["account", "mail"], condition=models.Q(mail__isnull=False), name="draftaddressee_of_mail"
            ),
        ]

    def __str__(self) -> str:
        return f"addressee {self.pk} of draft {self.draft_id}"
