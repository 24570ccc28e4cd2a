"""Files given to us for letters."""

from __future__ import annotations

from django.db import models

from accounts.models import Membership
from accounts.tenant_models import SameAccount, TenantForeignKey, TenantModel


class Upload(TenantModel):
    """A file given to us for a letter, in storage. Seen by the one who gave it only."""

    membership = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    filename = models.CharField(max_length=255)
    content_type = models.CharField(max_length=127)
    size = models.PositiveBigIntegerField()  # bytes
    storage_name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="membership", name="upload_membership_same_account"),
        ]

    def __str__(self) -> str:
        return f"upload {self.pk}"
