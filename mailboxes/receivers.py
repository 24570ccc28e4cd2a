"""What happens elsewhere and concerns us."""

from __future__ import annotations

from django.dispatch import receiver

from accounts.models import Account, Membership
from accounts.signals import account_created, account_renamed, member_deactivated
from crm.custom_fields import forget_values
from crm.models import CustomField
from crm.signals import custom_field_deleted
from mailboxes.leaving import stop_mailboxes_of
from mailboxes.models import Mailbox
from mailboxes.system import name_system_mailbox


@receiver(member_deactivated, dispatch_uid="mailboxes.stop_mailboxes")
def stop_mailboxes(member: Membership, actor: Membership, **_kwargs: object) -> None:
    stop_mailboxes_of(actor, member)


@receiver([account_created, account_renamed], dispatch_uid="mailboxes.name_system_mailbox")
def name_smart_addresses(account: Account, **_kwargs: object) -> None:
    """K40, K48: in the transaction that gives the account its name."""
    name_system_mailbox(account)


@receiver(custom_field_deleted, dispatch_uid="mailboxes.forget_field")
def forget_field(field: CustomField, **_kwargs: object) -> None:
    if field.entity == CustomField.Entity.MAILBOX:
        forget_values(Mailbox.objects.all(), field)
