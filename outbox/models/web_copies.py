"""Letters that can be read in a browser, and whose forms can be filled in there."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.tenant_models import SameAccount, TenantForeignKey, TenantModel
from outbox.models.letters import OutgoingMail


class WebCopy(TenantModel):
    """The words of a letter as they went out, kept because {weblink} or {formlink} stands in it (M120-M127)."""

    mail = TenantForeignKey(OutgoingMail, on_delete=models.CASCADE, related_name="web_copies")
    subject = models.TextField(blank=True, default="")
    html = models.TextField()  # before {formlink}, {weblink} and the links of tracking were filled in
    form_fields = ArrayField(models.CharField(max_length=200), default=list)  # the names that its forms hold
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="mail", name="webcopy_mail_same_account"),
            models.UniqueConstraint(fields=["account", "mail"], name="webcopy_once"),
        ]

    def __str__(self) -> str:
        return f"web copy of mail {self.mail_id}"
