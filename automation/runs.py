"""Runs: written down when something happens, listed for people, paused and resumed for the whole account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import Account, Membership
from automation.access import check_admin, check_mailer
from automation.causes import Cause
from automation.models import Run, Trigger
from automation.querysets import runs_of
from automation.reasons import Reason
from letter_templates.errors import ValueRefused
from outbox.models import OutgoingMail

STALE = timedelta(days=1)  # what was due so long ago, while all was paused, would surprise everybody

State = Run.State


@dataclass(frozen=True, slots=True)
class RunFilters:
    """None: any. `card` is its kind and id, such as ("lead", 12)."""

    state: str | None = None
    event: str | None = None
    trigger_id: int | None = None
    stage_action_id: int | None = None
    mail_id: int | None = None
    card: tuple[str, int] | None = None


def list_runs(member: Membership, filters: RunFilters = RunFilters()) -> QuerySet[Run]:
    """The newest first. Raises NotAllowed, ValueRefused."""
    check_mailer(member)
    runs = runs_of(member).order_by("-created_at", "-id")
    plain = {"state": filters.state, "event": filters.event, "action_key": _key(filters)}
    runs = runs.filter(**{name: value for name, value in plain.items() if value is not None})
    if filters.mail_id is not None:  # whoever may not know which letter it was does not find it out by trying numbers
        runs = runs.filter(mail__in=OutgoingMail.objects.visible_to(member).filter(pk=filters.mail_id))
    return runs.filter(**_of_card(*filters.card)) if filters.card else runs


def plan(cause: Cause, triggers: Iterable[Trigger], *, after_seconds: int = 0) -> list[Run]:
    """What these triggers are to do, each after its own delay; not stored yet."""
    return [
        Run(
            event=cause.event,
            cause=cause.name,
            trigger=trigger,
            action_key=f"t{trigger.pk}",
            action_name=trigger.name,
            mail=cause.mail,
            tracked_id=cause.tracked_id,
            contact_id=cause.contact_id,
            lead_id=cause.lead_id,
            member_id=cause.member_id,
            depth=cause.depth,
            facts=dict(cause.facts),
            due_at=cause.happened_at + timedelta(seconds=after_seconds + trigger.delay_seconds),
            happened_at=cause.happened_at,
        )
        for trigger in triggers
    ]


def store(runs: Sequence[Run]) -> None:
    """In the caller's transaction. One that is there already, for the same cause, stays as it is (I4)."""
    Run.objects.bulk_create(runs, batch_size=500, ignore_conflicts=True)


@transaction.atomic
def pause_all(admin: Membership) -> Account:
    """No trigger and no stage action runs from now on; what becomes due waits. Raises NotAllowed."""
    check_admin(admin)
    account = _held_account(admin)
    if account.automation_paused_at is None:
        account.automation_paused_at = timezone.now()
        account.save(update_fields=["automation_paused_at"])
        record(admin, "automation.paused")
    return account


@transaction.atomic
def resume_all(admin: Membership) -> Account:
    """What became due meanwhile runs now, but for what was due more than a day ago. Raises NotAllowed."""
    check_admin(admin)
    account = _held_account(admin)
    if account.automation_paused_at is not None:
        _drop_stale(timezone.now() - STALE)
        account.automation_paused_at = None
        account.save(update_fields=["automation_paused_at"])
        record(admin, "automation.resumed")
    return account


def _held_account(member: Membership) -> Account:
    return Account.objects.select_for_update(no_key=True).get(pk=member.account.pk)


def _drop_stale(before: datetime) -> None:
    stale = Run.objects.filter(state=State.WAITING, due_at__lt=before)
    stale.update(state=State.SKIPPED, reason=Reason.PAUSED_TOO_LONG, ended_at=timezone.now())


def _key(filters: RunFilters) -> str | None:
    if filters.trigger_id is not None:
        return f"t{filters.trigger_id}"
    return f"s{filters.stage_action_id}" if filters.stage_action_id is not None else None


def _of_card(kind: str, card_id: int) -> dict[str, int]:
    """Those of a company or customer are the runs of its page links."""
    if kind not in ("contact", "lead", "company", "customer"):
        raise ValueRefused("card", _("Choose lead, contact, company or customer."))
    return {kind: card_id} if kind in ("contact", "lead") else {f"facts__{kind}": card_id}
