"""What Celery starts: filing what the listener took, now and by a sweep."""

from __future__ import annotations

import logging
from typing import Any

from celery import Task, shared_task
from kombu.exceptions import OperationalError

from accounts.tenancy import tenant
from smart_addresses import filing

logger = logging.getLogger(__name__)
SWEEP_SECONDS = 60


@shared_task
def file_letter(account_id: int, letter_id: int) -> None:
    """One that was taken a moment ago, or that a lost message left lying."""
    with tenant(account_id):
        filing.file_letter(letter_id)


@shared_task
def start_each(account_id: int, letter_ids: list[int]) -> None:
    """Of those that came at one time, each as a task of its own: none waits for the DNS of another's sender."""
    for letter_id in letter_ids:
        start_filing(account_id, letter_id)


@shared_task(expires=SWEEP_SECONDS)
def file_due() -> None:
    """Beat, every ten seconds: what a lost message would have started, and what a worker died at."""
    for account_id, letter_id in filing.list_due():
        start_filing(account_id, letter_id)


def start_filing(account_id: int, letter_id: int) -> None:
    """After the commit that took it."""
    _send(file_letter, account_id, letter_id)


def start_filing_all(account_id: int, letter_ids: list[int]) -> None:
    """After the commits that took them."""
    if len(letter_ids) == 1:
        start_filing(account_id, letter_ids[0])
    else:
        _send(start_each, account_id, letter_ids)


def _send(task: Task[Any, None], *arguments: object) -> None:
    """Without a broker the sweep does it."""
    try:
        task.apply_async(arguments, expires=SWEEP_SECONDS)
    except OperationalError:
        logger.warning("smart address: filing not started yet", extra={"task": task.name})
