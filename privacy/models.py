"""Work that takes longer than a request: mail brought in, people erased, an account packed up.

Each row is an order. Whoever works on it holds its lease, a dead worker's order is taken up by the next sweep.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenant_models import SameAccount, TenantForeignKey, TenantModel
from mailboxes.models import Mailbox


class Order(TenantModel):
    """What all of them have."""

    class State(models.TextChoices):
        WORKING = "working", _("Being done")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    member = TenantForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")  # null: by command
    state = models.CharField(max_length=7, choices=State, default=State.WORKING)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    crash_count = models.PositiveSmallIntegerField(default=0)  # workers that died at the same place

    class Meta(TenantModel.Meta):
        abstract = True
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="member", name="%(class)s_member_same_account"),
        ]
        indexes = [
            models.Index(fields=["lease_until"], condition=models.Q(state="working"), name="%(class)s_to_do"),
        ]

    @property
    def is_working(self) -> bool:
        return self.state == self.State.WORKING


class MailImport(Order):
    """A file of letters on its way into a mailbox (G16). What it has said of them stays, the file does not."""

    mailbox = TenantForeignKey(Mailbox, on_delete=models.CASCADE, related_name="mail_imports", db_index=False)
    filename = models.CharField(max_length=200)
    stored_name = models.CharField(max_length=200, blank=True, default="")  # "" once it is done
    size = models.PositiveBigIntegerField()  # bytes
    done_bytes = models.PositiveBigIntegerField(default=0)  # where the next letter begins
    new_count = models.PositiveIntegerField(default=0)
    known_count = models.PositiveIntegerField(default=0)  # here already
    skipped_count = models.PositiveIntegerField(default=0)  # that the mailbox never stores, or deleted here for good
    failed_count = models.PositiveIntegerField(default=0)
    failures = models.JSONField(default=list)  # of the first ones: number in the file, and why; nothing of the letter

    class Meta(Order.Meta):
        abstract = False
        constraints = [
            *Order.Meta.constraints,
            SameAccount(field="mailbox", name="mailimport_mailbox_same_account"),
        ]
        indexes = [
            *Order.Meta.indexes,
            models.Index(fields=["account", "mailbox", "-created_at", "-id"], name="mailimport_list"),
        ]

    def __str__(self) -> str:
        return f"mail import {self.pk}"

    @property
    def letter_count(self) -> int:
        return self.new_count + self.known_count + self.skipped_count + self.failed_count


class Erasure(Order):
    """A person to be erased everywhere (G16). Whose addresses they were is forgotten with the last of them."""

    keys = ArrayField(models.CharField(max_length=320), default=list)  # mailkit.addresses.email_key

    class Meta(Order.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"erasure {self.pk}"


class AccountExport(Order):
    """All that an account has, in one file, for some days."""

    stored_name = models.CharField(max_length=200, blank=True, default="")  # "" until it is there, and once it is gone
    size = models.PositiveBigIntegerField(default=0)
    letter_count = models.PositiveIntegerField(default=0)
    missing_count = models.PositiveIntegerField(default=0)  # files of letters that no server gave us
    expires_at = models.DateTimeField(null=True)

    class Meta(Order.Meta):
        abstract = False
        indexes = [
            *Order.Meta.indexes,
            models.Index(
                fields=["expires_at"], condition=models.Q(expires_at__isnull=False), name="accountexport_to_delete"
            ),
        ]

    def __str__(self) -> str:
        return f"account export {self.pk}"
