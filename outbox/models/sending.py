"""What limits sending: the pace of a mailbox, and addresses that letters do not reach."""

from __future__ import annotations

from django.db import models

from accounts.tenant_models import SameAccount, TenantForeignKey, TenantModel
from mailboxes.models import Mailbox
from threads.models import Message


class SendingPace(TenantModel):
    """The bucket of a mailbox, shared by all workers: each letter takes a token, time fills it (M20, M91)."""

    mailbox = TenantForeignKey(Mailbox, on_delete=models.CASCADE, related_name="+")
    tokens = models.FloatField()
    filled_at = models.DateTimeField()
    day = models.DateField()  # in the account's time zone
    sent_count = models.PositiveIntegerField(default=0)  # on that day
    warned_on = models.DateField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="mailbox", name="sendingpace_mailbox_same_account"),
            models.UniqueConstraint(fields=["account", "mailbox"], name="sendingpace_once"),
        ]

    def __str__(self) -> str:
        return f"pace of mailbox {self.mailbox_id}"


class Suppression(TenantModel):
    """An address that letters do not reach, or that wants none."""

    class Reason(models.TextChoices):
        BOUNCED = "bounced"
        UNSUBSCRIBED = "unsubscribed"

    email_key = models.CharField(max_length=320)
    reason = models.CharField(max_length=12, choices=Reason)
    detail = models.TextField(blank=True, default="")  # the other server's own words
    message = TenantForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+")  # which said so
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="message", name="suppression_message_same_account"),
            models.UniqueConstraint(fields=["account", "email_key", "reason"], name="suppression_once"),
        ]
        indexes = [
            models.Index(
                fields=["account", "message"], condition=models.Q(message__isnull=False), name="suppression_of_message"
            ),
        ]

    def __str__(self) -> str:
        return f"suppression {self.pk}"
