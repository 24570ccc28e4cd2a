"""The only way a face gets a trigger, a trigger link or a run; and who may change them (M01, M17)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.ids import row_number
from accounts.mailer import may_use_mailer
from accounts.models import Membership
from automation.errors import LinkNotFound, RunNotFound, TriggerNotFound
from automation.models import Run, Trigger
from automation.querysets import runs_of
from tracking.models import TriggerLink


def check_mailer(member: Membership) -> None:
    """Raises NotAllowed."""
    if not may_use_mailer(member):
        raise NotAllowed(_("Only those who use the Mailer see this. Ask an administrator."))


def check_admin(member: Membership) -> None:
    """Raises NotAllowed."""
    if not member.is_admin:
        raise NotAllowed(_("Only administrators change triggers and trigger links."))


def get_trigger_for(member: Membership, trigger_id: int | str) -> Trigger:
    """Raises NotAllowed, TriggerNotFound."""
    check_mailer(member)
    trigger = Trigger.objects.filter(pk=row_number(trigger_id)).first()
    if trigger is None:
        raise TriggerNotFound
    return trigger


def get_link_for(member: Membership, link_id: int | str) -> TriggerLink:
    """Raises NotAllowed, LinkNotFound."""
    check_mailer(member)
    link = TriggerLink.objects.filter(pk=row_number(link_id)).first()
    if link is None:
        raise LinkNotFound
    return link


def get_run_for(member: Membership, run_id: int | str) -> Run:
    """Raises NotAllowed, RunNotFound."""
    check_mailer(member)
    run = runs_of(member).filter(pk=row_number(run_id)).first()
    if run is None:
        raise RunNotFound
    return run
