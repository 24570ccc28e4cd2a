"""What members allowed senders."""

from __future__ import annotations

from django.db import models

from accounts.models import Membership
from accounts.tenant_models import SameAccount, TenantForeignKey, TenantModel


class ImageConsent(TenantModel):
    """Remote images in letters of this sender may be shown to this member."""

    membership = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    sender_key = models.CharField(max_length=320)  # mailkit.addresses.email_key
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="membership", name="imageconsent_membership_same_account"),
            models.UniqueConstraint(fields=["account", "membership", "sender_key"], name="imageconsent_once"),
        ]

    def __str__(self) -> str:
        return f"image consent {self.pk}"
