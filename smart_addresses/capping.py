"""Whoever writes to a smart address makes cards: strangers only so many a day, or one could fill an account."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from mailkit.addresses import email_key
from smart_addresses.creating import user_with
from smart_addresses.models import ArrivedLetter, Creation

DAY = timedelta(days=1)


def has_room(letter: ArrivedLetter, sender: str) -> bool:
    """In a transaction that holds the cards of the account. A user who is proven to be the sender always has."""
    if letter.is_verified and user_with(email_key(sender)):
        return True
    made = Creation.objects.filter(is_new=True, letter__received_at__gte=timezone.now() - DAY)
    return made[: settings.SMART_CARDS_A_DAY].count() < settings.SMART_CARDS_A_DAY
