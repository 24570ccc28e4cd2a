"""Letter templates and their files."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenant_models import SameAccount, TenantForeignKey, TenantModel
from letter_templates.querysets import TemplateQuerySet
from mailboxes.models import Mailbox, SenderAlias


class Template(TenantModel):
    """A letter to be sent many times, with merge fields for what differs (K50-K52, M40-M50)."""

    class Format(models.TextChoices):
        """What the body is written in. `html` is a layout of one's own: no visual editor touches it."""

        VISUAL = "visual", _("Visual")
        HTML = "html", _("HTML")
        TEXT = "text", _("Plain text")

    name = models.CharField(_("name"), max_length=150)
    format = models.CharField(_("format"), max_length=6, choices=Format, default=Format.VISUAL)
    subject = models.TextField(_("subject"), blank=True, default="")
    body = models.TextField(_("text"), blank=True, default="")
    # From whom (M41): this mailbox, that of the card's responsible user, or that of whoever sends it.
    from_mailbox = TenantForeignKey(Mailbox, on_delete=models.SET_NULL, null=True, related_name="+")
    from_alias = TenantForeignKey(SenderAlias, on_delete=models.SET_NULL, null=True, related_name="+")
    from_responsible = models.BooleanField(default=False)
    send_to = models.CharField(_("where to send"), max_length=1000, blank=True, default="")  # "": the client (M42)
    attachment_url = models.TextField(_("file by link"), blank=True, default="")  # one link a line (M46)
    without_signature = models.BooleanField(_("no signature"), default=False)  # M49
    is_public = models.BooleanField(_("public"), default=False)  # all use it (M48, M50)
    triggers = models.JSONField(default=dict)  # see letter_templates.trigger_choice (M47)
    owner = TenantForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)  # the ETag: goes up with every change
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TemplateQuerySet.as_manager()

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("template")
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="from_mailbox", name="template_from_mailbox_same_account"),
            SameAccount(field="from_alias", name="template_from_alias_same_account"),
            SameAccount(field="owner", name="template_owner_same_account"),
        ]
        indexes = [models.Index(fields=["account", "name", "id"], name="template_list")]

    def __str__(self) -> str:
        return f"template {self.pk}"


class TemplateFile(TenantModel):
    """A file that goes with every letter of a template (M45). Its bytes lie with the uploads, by content."""

    template = TenantForeignKey(Template, on_delete=models.CASCADE, related_name="files")
    position = models.PositiveSmallIntegerField()
    filename = models.CharField(max_length=255)
    content_type = models.CharField(max_length=127)
    size = models.PositiveBigIntegerField()  # bytes
    storage_name = models.CharField(max_length=200)
    content_id = models.CharField(max_length=100, blank=True, default="")  # of an image that stands in the text

    class Meta(TenantModel.Meta):
        abstract = False
        ordering = ["template_id", "position"]
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="template", name="templatefile_template_same_account"),
            models.UniqueConstraint(fields=["account", "template", "position"], name="templatefile_once"),
        ]
        indexes = [models.Index(fields=["account", "storage_name"], name="templatefile_by_bytes")]

    def __str__(self) -> str:
        return f"file {self.position} of template {self.template_id}"
