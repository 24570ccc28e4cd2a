"""Letters on the cards of contacts, and the leads of threads."""

from __future__ import annotations

from django.db import models

from accounts.tenant_models import SameAccount, TenantForeignKey, TenantLeafModel, TenantModel
from crm.models import Contact, Lead
from threads.models.letters import Message
from threads.querysets import CardLinkQuerySet


class CardLink(TenantLeafModel):
    """A letter that shows on the card of a contact, because an address of his takes part (R08, K14)."""

    follows_addresses = True  # made anew from them when contacts are merged: see crm.merged_rows
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="mail", db_index=False)
    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="cards", db_index=False)
    received_at = models.DateTimeField()  # the message's, so that a card reads one index

    objects = CardLinkQuerySet.as_manager()

    class Meta(TenantLeafModel.Meta):
        abstract = False
        constraints = [
            *TenantLeafModel.Meta.constraints,
            SameAccount(field="contact", name="cardlink_contact_same_account"),
            SameAccount(field="message", name="cardlink_message_same_account"),
            models.UniqueConstraint(fields=["account", "contact", "message"], name="cardlink_once"),
        ]
        indexes = [
            models.Index(fields=["account", "contact", "-received_at", "-message"], name="cardlink_card"),
            models.Index(fields=["account", "message"], name="cardlink_of_message"),
        ]

    def __str__(self) -> str:
        return f"message {self.message_id} on the card of contact {self.contact_id}"


class ThreadLead(TenantModel):
    """The lead of a thread, by the thread's first letter: so it stays right when threads are merged or split. The row
    stays when somebody deletes the lead: no second one is made (E06).
    """

    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="lead_rows", db_index=False)
    lead = TenantForeignKey(Lead, on_delete=models.SET_NULL, null=True, related_name="thread_rows")
    is_due = models.BooleanField(default=False)  # it is to be made
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="message", name="threadlead_message_same_account"),
            SameAccount(field="lead", name="threadlead_lead_same_account"),
            models.UniqueConstraint(fields=["account", "message"], name="threadlead_once"),
        ]
        indexes = [models.Index(fields=["account"], condition=models.Q(is_due=True), name="threadlead_due")]

    def __str__(self) -> str:
        return f"lead {self.lead_id} of the thread of message {self.message_id}"
