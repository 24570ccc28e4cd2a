"""What happens elsewhere and concerns us."""

from __future__ import annotations

from django.dispatch import receiver

from accounts.models import Membership
from accounts.signals import member_deactivated
from outbox.services import cancel_letters_of


@receiver(member_deactivated, dispatch_uid="outbox.cancel_letters")
def cancel_letters(member: Membership, **_kwargs: object) -> None:
    cancel_letters_of(member)
