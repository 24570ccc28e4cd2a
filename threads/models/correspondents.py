"""Who has written to a mailbox or was written to from it: for suggestions, and for search in spite of typing errors."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models

from accounts.tenant_models import SameAccount, TenantForeignKey, TenantLeafModel
from mailboxes.models import Mailbox


class Correspondent(TenantLeafModel):
    """One address in the letters of one mailbox: whoever reads the mailbox may be told of it, nobody else."""

    mailbox = TenantForeignKey(Mailbox, on_delete=models.CASCADE, related_name="correspondents", db_index=False)
    email = models.CharField(max_length=320)
    email_key = models.CharField(max_length=320)
    name = models.CharField(max_length=300, blank=True, default="")  # as the newest letter that has one writes it
    sought = models.TextField()  # threads.search_text.sought_text: what is compared with what a person types
    last_at = models.DateTimeField()  # of the newest letter: who wrote last is suggested first
    has_kept_letters = models.BooleanField(db_default=True)  # else all lie in Deleted, which not everybody sees (K63)

    class Meta(TenantLeafModel.Meta):
        abstract = False
        constraints = [
            *TenantLeafModel.Meta.constraints,
            SameAccount(field="mailbox", name="correspondent_mailbox_same_account"),
            models.UniqueConstraint(fields=["account", "mailbox", "email_key"], name="correspondent_once"),
        ]
        indexes = [
            GinIndex(OpClass("account_id", "int8_ops"), OpClass("sought", "gin_trgm_ops"), name="correspondent_sought")
        ]

    def __str__(self) -> str:
        return f"correspondent {self.pk}"
