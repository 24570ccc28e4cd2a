"""What stays of letters that are gone."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.tenant_models import SameAccount, TenantForeignKey, TenantModel
from crm.models import Contact
from mailboxes.models import Mailbox
from threads.models.letters import Message
from threads.querysets import RemovedLetterQuerySet


class Tombstone(TenantModel):
    """What stays of a deleted letter after its days in Deleted: enough that no sync brings it back (K60)."""

    mailbox = TenantForeignKey(Mailbox, on_delete=models.CASCADE, related_name="tombstones", db_index=False)
    identity = models.BinaryField(max_length=32)  # as Message.identity
    message_id_header = models.TextField(blank=True, default="")  # a letter of ours is known by it alone
    is_ours = models.BooleanField(default=False)
    deleted_at = models.DateTimeField()
    purged_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="mailbox", name="tombstone_mailbox_same_account"),
            models.UniqueConstraint(fields=["account", "mailbox", "identity"], name="tombstone_once"),
        ]
        indexes = [models.Index(fields=["account", "mailbox", "message_id_header"], name="tombstone_by_message_id")]

    def __str__(self) -> str:
        return f"tombstone {self.pk}"


class RemovedMailbox(TenantModel):
    """A mailbox whose letters were deleted when it was disconnected (K64): who could see them."""

    address = models.CharField(max_length=320)
    seen_by = ArrayField(models.BigIntegerField(), default=list)  # ids of memberships
    removed_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"removed mailbox {self.pk}"


class RemovedLetter(TenantModel):
    """What stays of a deleted letter on a card: that there was one (K64)."""

    mailbox = TenantForeignKey(RemovedMailbox, on_delete=models.CASCADE, related_name="letters")
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="removed_mail")
    direction = models.CharField(max_length=8, choices=Message.Direction)
    received_at = models.DateTimeField()

    objects = RemovedLetterQuerySet.as_manager()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="mailbox", name="removedletter_mailbox_same_account"),
            SameAccount(field="contact", name="removedletter_contact_same_account"),
        ]
        indexes = [models.Index(fields=["account", "contact", "-received_at", "-id"], name="removedletter_card")]

    def __str__(self) -> str:
        return f"removed letter {self.pk}"
