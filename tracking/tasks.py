"""What Celery starts. `expires`: sweeps do not pile up while workers are busy, the next one finds the same."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.tenancy import every_account
from tracking import forgetting
from tracking.sums import judge_everywhere


@shared_task(expires=2)
def judge_due() -> None:
    """The sweep: it is the only one, for evidence has to come in anyway before anything is judged."""
    judge_everywhere(timezone.now())


@shared_task(expires=3600)
def forget_visitors() -> None:
    """Beat, each hour."""
    with every_account("addresses and programs of old visits, of all accounts"):
        while forgetting.forget_visitors(timezone.now()) == forgetting.AT_ONCE:
            pass
