"""What administrators set for the whole account."""

from __future__ import annotations

import zoneinfo
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.errors import NotAllowed, SettingRefused
from accounts.models import Account, Membership


@dataclass(frozen=True, slots=True)
class AccountChanges:
    """None leaves a value as it is."""

    name: str | None = None
    timezone: str | None = None
    language: str | None = None


@transaction.atomic
def change_account(admin: Membership, changes: AccountChanges) -> Account:
    """Raises NotAllowed, SettingRefused."""
    if not admin.is_admin:
        raise NotAllowed
    if changes.timezone is not None and changes.timezone not in zoneinfo.available_timezones():
        raise SettingRefused("timezone", _("There is no time zone of this name. One is such as Europe/Madrid."))
    account = Account.objects.select_for_update().get(pk=admin.account.pk)
    changed = {
        name: value for name, value in asdict(changes).items() if value is not None and value != getattr(account, name)
    }
    for name, value in changed.items():
        setattr(account, name, value)
    if changed:
        account.save(update_fields=list(changed))
        record(admin, "account.changed", fields=" ".join(sorted(changed)))
    return account
