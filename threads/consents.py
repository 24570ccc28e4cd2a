"""Whose remote images a member lets be shown: by the sender's address, for himself alone.

Nobody proves that From tells the truth. What a forger wins by it is to learn that a letter was shown, and by our
server, not from where (docs/adr/0019-letters-in-the-reader.md).
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from accounts.models import Membership
from mailkit.addresses import email_key
from threads.errors import ConsentNotFound
from threads.models import ImageConsent, Message


def allow_images(member: Membership, address: str) -> ImageConsent:
    """Show the remote images of this sender to this member from now on. Twice is once."""
    consent, _is_new = ImageConsent.objects.get_or_create(membership=member, sender_key=email_key(address))
    return consent


def forbid_images(member: Membership, address: str) -> None:
    """Whether or not they were allowed."""
    ImageConsent.objects.filter(membership=member, sender_key=email_key(address)).delete()


def consents_of(member: Membership) -> QuerySet[ImageConsent]:
    """The member's own; the faces bring them in order."""
    return ImageConsent.objects.filter(membership=member)


def get_consent_for(member: Membership, consent_id: int) -> ImageConsent:
    """Raises ConsentNotFound."""
    found = consents_of(member).filter(pk=consent_id).first()
    if found is None:
        raise ConsentNotFound
    return found


def allowed_senders(member: Membership, messages: Iterable[Message]) -> frozenset[str]:
    """Of the senders of these letters those whose images are shown, by email_key: one query."""
    keys = {email_key(message.from_address) for message in messages} - {""}
    return frozenset(
        ImageConsent.objects.filter(membership=member, sender_key__in=keys).values_list("sender_key", flat=True)
    )
