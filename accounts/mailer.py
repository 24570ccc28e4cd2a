"""Who may use the Mailer: triggers, mailings, tracking and pages (M01). Everybody else writes plain letters."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from accounts.account_settings import AccountChanges, change_account
from accounts.errors import NotAllowed
from accounts.members import RightsChanges, change_rights
from accounts.models import Membership


@dataclass(frozen=True, slots=True)
class MailerChanges:
    """What the screen about it holds. Members who are not in `offered` keep their tick."""

    mailer_enabled: bool
    confirm_forms: bool
    offered: Collection[int] = ()  # ids of members
    chosen: Collection[int] = ()  # those of them who get the tick


def may_use_mailer(member: Membership) -> bool:
    """Administrators always, others with the tick, nobody while the account has it switched off."""
    return member.account.mailer_enabled and (member.is_admin or member.mailer_access)


@transaction.atomic
def change_mailer(admin: Membership, changes: MailerChanges) -> None:
    """Raises NotAllowed."""
    if not admin.is_admin:
        raise NotAllowed
    change_account(admin, AccountChanges(mailer_enabled=changes.mailer_enabled, confirm_forms=changes.confirm_forms))
    chosen = frozenset(changes.chosen)
    for member in Membership.objects.filter(pk__in=changes.offered).order_by("pk"):
        if member.mailer_access != (member.pk in chosen):
            change_rights(admin, member, RightsChanges(mailer_access=member.pk in chosen))
