"""Which notices are to be mailed, and to whom: rows are claimed before the mail goes, so none is mailed twice.

Whoever dies between the claim and the sending has mailed nothing; the notice is still at the bell. A mail server that
does not answer is tried again for a day.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import Membership, Notice
from accounts.tenancy import every_account

RETRY_AFTER = timedelta(minutes=10)
GIVEN_UP_AFTER = timedelta(days=1)


def list_due(now: datetime) -> list[tuple[int, int]]:
    """(account, member) of everybody with a notice whose time has come."""
    with every_account("notices to mail"):
        due = Notice.objects.filter(mail_due_at__lte=now).order_by("account", "membership")
        return list(due.values_list("account_id", "membership_id").distinct())


@transaction.atomic
def claim_notices(member: Membership, now: datetime) -> list[Notice]:
    """All that are to be mailed to this member, those too that still wait for others: they go together. What was read
    at the bell meanwhile need not be mailed.
    """
    waiting = Notice.objects.filter(membership=member, mail_due_at__isnull=False)
    if not waiting.filter(mail_due_at__lte=now).exists():
        return []
    claimed = list(waiting.select_for_update(skip_locked=True).order_by("created_at", "id"))
    Notice.objects.filter(pk__in=[notice.pk for notice in claimed]).update(mail_due_at=None)
    return [notice for notice in claimed if notice.read_at is None] if member.is_active else []


def give_back(notices: Sequence[Notice], now: datetime) -> None:
    """They could not be mailed now."""
    young = [notice.pk for notice in notices if now - notice.created_at < GIVEN_UP_AFTER]
    Notice.objects.filter(pk__in=young, mail_due_at=None).update(mail_due_at=now + RETRY_AFTER)


def forget_mailed(member: Membership, notices: Collection[Notice]) -> None:
    """Those kinds that are not shown at the bell: they have done what they were for."""
    pks = [notice.pk for notice in notices if notice.kind in member.notices_off]
    Notice.objects.filter(pk__in=pks).delete()
