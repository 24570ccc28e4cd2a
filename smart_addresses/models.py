"""Letters that came to an account's smart addresses, and those that were refused."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenant_models import SameAccount, TenantForeignKey, TenantModel
from crm.models import Contact, Lead
from threads.models import Message


class ArrivedLetter(TenantModel):
    """A letter that the listener accepted: its bytes were stored and this row committed before it said 250 (G03).

    One row for each of the account's addresses that the sender named; the same letter sent again finds its row.
    """

    class Address(models.TextChoices):
        FILING = "filing", _("Filing")  # <account>@, K41
        CONTACT = "contact", _("New contact")  # contact@<account>., K43
        LEAD = "lead", _("New lead")  # lead@<account>.

    class State(models.TextChoices):
        RECEIVED = "received", _("Being filed")
        DONE = "done", _("Filed")
        UNREADABLE = "unreadable", _("Kept, but it cannot be read")

    address = models.CharField(max_length=7, choices=Address)
    recipient = models.CharField(max_length=320)  # as the sender named it
    mail_from = models.CharField(max_length=320, blank=True, default="")  # the envelope's; "": a bounce
    peer = models.GenericIPAddressField(null=True)  # null: by a socket of this machine
    helo = models.CharField(max_length=255, blank=True, default="")
    raw_name = models.CharField(max_length=200)  # of the bytes in storage, whole
    raw_size = models.PositiveBigIntegerField()
    digest = models.BinaryField(max_length=32)  # SHA-256 of the bytes without trace headers: what "the same" means
    message_id_header = models.TextField(blank=True, default="")
    received_at = models.DateTimeField(auto_now_add=True)

    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    spf = models.CharField(max_length=10, blank=True, default="")  # results as in RFC 8601
    dkim = models.CharField(max_length=10, blank=True, default="")
    dmarc = models.CharField(max_length=10, blank=True, default="")
    is_verified = models.BooleanField(default=False)  # the address in From is proven to be the sender's
    verdict = models.JSONField(default=dict)  # the domains and reasons behind the three
    outcome = models.CharField(max_length=24, blank=True, default="")  # see smart_addresses.outcomes
    message = TenantForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="arrived")
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="message", name="arrivedletter_message_same_account"),
            models.UniqueConstraint(fields=["account", "address", "digest"], name="arrivedletter_once"),
        ]
        indexes = [
            models.Index(fields=["account", "-received_at", "-id"], name="arrivedletter_list"),
            models.Index(fields=["account", "address", "message_id_header"], name="arrivedletter_by_message_id"),
            models.Index(
                fields=["lease_until", "id"], condition=models.Q(state="received"), name="arrivedletter_to_file"
            ),
        ]

    def __str__(self) -> str:
        return f"arrived letter {self.pk}"


class Creation(TenantModel):
    """A card that was made of an arrived letter, or an existing one that it was put on."""

    letter = TenantForeignKey(ArrivedLetter, on_delete=models.CASCADE, related_name="creations")
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, null=True, related_name="+")
    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, null=True, related_name="+")
    is_new = models.BooleanField()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="letter", name="creation_letter_same_account"),
            SameAccount(field="contact", name="creation_contact_same_account"),
            SameAccount(field="lead", name="creation_lead_same_account"),
            models.UniqueConstraint(
                fields=["account", "letter", "contact"],
                condition=models.Q(contact__isnull=False),
                name="creation_contact_once",
            ),
            models.UniqueConstraint(
                fields=["account", "letter"], condition=models.Q(lead__isnull=False), name="creation_one_lead"
            ),
            models.CheckConstraint(
                condition=models.Q(contact__isnull=False, lead__isnull=True)
                | models.Q(contact__isnull=True, lead__isnull=False),
                name="creation_of_one_card",
            ),
        ]

    def __str__(self) -> str:
        return f"card of arrived letter {self.letter_id}"


class RefusedLetter(TenantModel):
    """A letter that the listener did not take, and why, so that people see what went wrong."""

    recipient = models.CharField(max_length=320)
    mail_from = models.CharField(max_length=320, blank=True, default="")
    peer = models.GenericIPAddressField(null=True)
    code = models.CharField(max_length=24)  # see smart_addresses.outcomes
    count = models.PositiveIntegerField(default=1)  # of the same kind on one day: nobody fills the table
    day = models.DateField()
    last_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "day", "recipient", "mail_from", "code"], name="refusedletter_once"
            ),
        ]
        indexes = [models.Index(fields=["account", "-last_at"], name="refusedletter_list")]

    def __str__(self) -> str:
        return f"refused letter {self.pk}"
