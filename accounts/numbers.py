"""Whole numbers that letters, forms and links of an account name its things by. None is ever given twice."""

from __future__ import annotations

from django.db.models import F
from django.db.models.functions import Greatest

from accounts.models import Account
from accounts.tenancy import current_account_id

# The highest that somebody may choose. Words such as {triggerlink:8} hold nine digits, and those that come by
# themselves are above it.
MOST_CHOSEN = 99_999_999


def hold_numbers() -> None:
    """Nobody else takes a number until the caller's transaction ends. Call it before looking whether one is free: of
    two who choose the same one at once, the second finds it taken.
    """
    Account.objects.select_for_update(no_key=True).get(pk=current_account_id())


def take_number(chosen: int | None = None) -> int:
    """The next one, or the one an administrator chose; later ones are above it. Call it inside a transaction: the
    account's row is locked until its end.
    """
    account = Account.objects.filter(pk=current_account_id())
    account.update(last_number=Greatest(F("last_number"), chosen) if chosen else F("last_number") + 1)
    return chosen or account.values_list("last_number", flat=True).get()
