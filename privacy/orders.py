"""Orders and who works on them: claimed with a lease, renewed while the work goes on, given back or finished.

All by compare-and-set: a worker that was slower than its lease can write nothing any more.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, TypeVar

from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone

from accounts.tenancy import every_account
from privacy.errors import LeaseLost
from privacy.models import AccountExport, Erasure, MailImport, Order

LEASE = timedelta(minutes=3)  # longer than the largest letter takes; then another worker goes on
MOST_CRASHES = 3  # then something in there breaks workers, and the order is given up
DIED = Case(
    When(lease_token__isnull=False, then=F("crash_count") + 1),
    default=F("crash_count"),
    output_field=models.PositiveSmallIntegerField(),
)

Some = TypeVar("Some", AccountExport, Erasure, MailImport)


def list_waiting(kind: type[Some]) -> list[tuple[int, int]]:
    """(account, id) of those that nobody works on."""
    with every_account("orders that wait"):
        free = kind.objects.filter(_is_free(), state=Order.State.WORKING)
        return list(free.order_by("pk").values_list("account_id", "pk"))


def claim(kind: type[Some], order_id: int) -> Some | None:
    """None when somebody works on it, or it is done."""
    token = uuid.uuid4()
    free = kind.objects.filter(_is_free(), pk=order_id, state=Order.State.WORKING)
    if not free.update(crash_count=DIED, lease_token=token, lease_until=timezone.now() + LEASE):
        return None
    return kind.objects.filter(pk=order_id, lease_token=token).first()


def note(order: Order, **fields: Any) -> None:
    """Write down how far it is, and go on with the lease. Raises LeaseLost."""
    _write(order, {**fields, "crash_count": 0, "lease_until": timezone.now() + LEASE})


def give_back(order: Order) -> None:
    """For another worker, or a later time. Raises LeaseLost."""
    _write(order, {"lease_token": None, "lease_until": None})


def finish(order: Order, state: Order.State = Order.State.DONE, **fields: Any) -> None:
    """Raises LeaseLost."""
    ending = {"state": state, "finished_at": timezone.now(), "lease_token": None, "lease_until": None}
    _write(order, {**fields, **ending})


def _write(order: Order, fields: dict[str, Any]) -> None:
    held = type(order)._meta.base_manager.filter(pk=order.pk, lease_token=order.lease_token)
    if not held.update(**fields):
        raise LeaseLost(f"{type(order).__name__} {order.pk}")
    for name, value in fields.items():
        setattr(order, name, value)


def _is_free() -> Q:
    return Q(lease_until=None) | Q(lease_until__lte=timezone.now())
