"""Entry points for workers. The rows are the order: a lost task is made up for by the next sweep of beat."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

from celery import shared_task
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.tenancy import every_account, tenant
from crm.csv_work import AT_WORK, work
from crm.merging import UNDO_TIME
from crm.models import CardImport, ContactMerge

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=7)
SOFT_LIMIT_SECONDS, HARD_LIMIT_SECONDS = 540, 570  # below the broker's visibility time-out, or it runs twice


@shared_task(soft_time_limit=SOFT_LIMIT_SECONDS, time_limit=HARD_LIMIT_SECONDS)
def work_on_import(account_id: int, import_id: int) -> None:
    """Does nothing when somebody else works on it."""
    with tenant(account_id):
        work(import_id)


def start_work(account_id: int, import_id: int) -> None:
    """After the commit."""
    transaction.on_commit(partial(_start, account_id, import_id))


def start_due() -> None:
    """The sweep: what a lost task, or a worker that died, has left."""
    with every_account("imports that nobody works on"):
        free = Q(lease_until=None) | Q(lease_until__lte=timezone.now())
        due = list(CardImport.objects.filter(free, state__in=AT_WORK).values_list("account_id", "pk"))
    for account_id, import_id in due:
        _start(account_id, import_id)


def forget_old() -> None:
    """The sweep: files and merged cards hold addresses, and nobody needs them for long."""
    now = timezone.now()
    with every_account("imports and merges that are over"):
        CardImport.objects.filter(created_at__lt=now - KEPT_FOR).delete()
        ContactMerge.objects.filter(created_at__lt=now - UNDO_TIME).delete()


def _start(account_id: int, import_id: int) -> None:
    try:
        work_on_import.delay(account_id, import_id)
    except OperationalError:  # the broker is away: the sweep will see to it
        logger.warning("import not started", extra={"import": import_id})
