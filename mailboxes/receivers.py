"""What happens elsewhere and concerns us."""

from __future__ import annotations

from django.dispatch import receiver

from accounts.models import Membership
from accounts.signals import member_deactivated
from mailboxes.leaving import stop_mailboxes_of


@receiver(member_deactivated, dispatch_uid="mailboxes.stop_mailboxes")
def stop_mailboxes(member: Membership, actor: Membership, **_kwargs: object) -> None:
    stop_mailboxes_of(actor, member)
