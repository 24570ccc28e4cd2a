"""Changes of many cards at once, and whose turn it is."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Group, Membership
from accounts.tenant_models import SameAccount, TenantForeignKey, TenantLeafModel, TenantModel
from crm.models.people import Contact


class ContactMerge(TenantModel):
    """Contacts that became one, and what is needed to take that back for a while."""

    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="merges")  # who stayed
    member = TenantForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    before = models.JSONField()  # the contacts as they were, and what moved: see crm.merging
    created_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="contact", name="contactmerge_contact_same_account"),
            SameAccount(field="member", name="contactmerge_member_same_account"),
        ]
        indexes = [models.Index(fields=["created_at"], name="contactmerge_old")]

    def __str__(self) -> str:
        return f"merge {self.pk}"


class MergedContact(TenantLeafModel):
    """Where a contact went: its old address leads to the one that it became. No row when the merge was taken back."""

    old_id = models.BigIntegerField()
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+")

    class Meta(TenantLeafModel.Meta):
        abstract = False
        constraints = [
            *TenantLeafModel.Meta.constraints,
            SameAccount(field="contact", name="mergedcontact_contact_same_account"),
            models.UniqueConstraint(fields=["account", "old_id"], name="mergedcontact_old"),
        ]

    def __str__(self) -> str:
        return f"contact {self.old_id}, now {self.contact_id}"


class NotDuplicate(TenantLeafModel):
    """Two contacts that look alike and are different people. Each pair stands here from either side: so a merge, which
    moves what points to a contact column by column, keeps both sides, and a lookup needs one of them.
    """

    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+", db_index=False)
    other = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta(TenantLeafModel.Meta):
        abstract = False
        constraints = [
            *TenantLeafModel.Meta.constraints,
            SameAccount(field="contact", name="notduplicate_contact_same_account"),
            SameAccount(field="other", name="notduplicate_other_same_account"),
            models.UniqueConstraint(fields=["account", "contact", "other"], name="notduplicate_pair"),
        ]
        indexes = [models.Index(fields=["account", "other"], name="notduplicate_of_other")]  # a contact goes

    def __str__(self) -> str:
        return f"contact {self.contact_id} is not {self.other_id}"


class CardImport(TenantModel):
    """A CSV file on its way to become cards: looked at, tried, carried out as a whole or not at all."""

    class Entity(models.TextChoices):
        CONTACT = "contact", _("Contacts")
        COMPANY = "company", _("Companies")
        LEAD = "lead", _("Leads")
        CUSTOMER = "customer", _("Customers")

    class Matching(models.TextChoices):
        """What becomes of a row whose address or name stands on a card already."""

        UPDATE = "update", _("Change the card")
        SKIP = "skip", _("Leave the row out")
        CREATE = "create", _("Make another card")

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        TRYING = "trying", _("Being checked")
        TRIED = "tried", _("Checked")
        IMPORTING = "importing", _("Importing")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    entity = models.CharField(max_length=8, choices=Entity)
    member = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    filename = models.CharField(max_length=200)
    content = models.BinaryField(null=True)  # as it came; null once it is done
    columns = ArrayField(models.CharField(max_length=200), default=list)  # of the file's first line
    mapping = models.JSONField(default=dict)  # field by number of column
    matching = models.CharField(max_length=6, choices=Matching, default=Matching.UPDATE)
    skip_bad_rows = models.BooleanField(default=False)  # import the good ones though some are bad
    state = models.CharField(max_length=9, choices=State, default=State.UPLOADED)
    row_count = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    changed_count = models.PositiveIntegerField(default=0)
    merged_count = models.PositiveIntegerField(default=0)  # rows that went to the card of a row above
    skipped_count = models.PositiveIntegerField(default=0)
    bad_count = models.PositiveIntegerField(default=0)
    bad_rows = models.JSONField(default=list)  # the first ones: line, column, what is wrong
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)  # workers that began; one that kills them is given up
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="member", name="cardimport_member_same_account"),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at"], name="cardimport_list"),
            models.Index(
                fields=["lease_until"], condition=models.Q(state__in=["trying", "importing"]), name="cardimport_at_work"
            ),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"


class GroupTurn(TenantModel):
    """How often new customers went to this member of this group (R13)."""

    group = TenantForeignKey(Group, on_delete=models.CASCADE, related_name="turns")
    membership = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    count = models.PositiveBigIntegerField(default=0)
    last_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            *TenantModel.Meta.constraints,
            SameAccount(field="group", name="groupturn_group_same_account"),
            SameAccount(field="membership", name="groupturn_membership_same_account"),
            models.UniqueConstraint(fields=["account", "group", "membership"], name="groupturn_once"),
        ]

    def __str__(self) -> str:
        return f"turns of member {self.membership_id} in group {self.group_id}"
