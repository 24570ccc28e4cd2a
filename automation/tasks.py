"""Entry points for workers. What is to be done stands in rows: what a lost message would have started, a sweep does."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.tenancy import every_account, tenant
from automation import forgetting, news, running

WAKE_UP_SECONDS = 30
SOFT_LIMIT_SECONDS, HARD_LIMIT_SECONDS = 240, 270


@shared_task
def note_letters(account_id: int, mail_ids: list[int]) -> None:
    """These letters have been sent, or have failed."""
    with tenant(account_id):
        news.note_letters(mail_ids)
    carry_out(account_id)


@shared_task
def note_hits(account_id: int, hit_ids: list[int]) -> None:
    """These opens and clicks are those of people."""
    with tenant(account_id):
        news.note_hits(hit_ids)
    carry_out(account_id)


@shared_task(expires=5)
def run_due() -> None:
    """Beat, every 5 seconds."""
    for account_id in news.list_accounts_with_news():
        note_news.apply_async((account_id,), expires=WAKE_UP_SECONDS)
    for account_id in running.list_accounts_with_due(timezone.now()):
        carry_out.apply_async((account_id,), expires=WAKE_UP_SECONDS)


@shared_task
def note_news(account_id: int) -> None:
    with tenant(account_id):
        news.note_waiting()
    carry_out(account_id)


@shared_task(soft_time_limit=SOFT_LIMIT_SECONDS, time_limit=HARD_LIMIT_SECONDS)
def carry_out(account_id: int) -> None:
    """What is due in this account now. A long one goes on behind those of others."""
    with tenant(account_id):
        has_more = running.carry_out_due()
    if has_more:
        carry_out.apply_async((account_id,), expires=WAKE_UP_SECONDS)


@shared_task(expires=3600)
def forget_old_runs() -> None:
    """Beat, each hour."""
    with every_account("runs that ended long ago, of all accounts"):
        while forgetting.forget_old_runs(timezone.now()) == forgetting.AT_ONCE:
            pass
