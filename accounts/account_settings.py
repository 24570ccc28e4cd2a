"""What administrators set for the whole account."""

from __future__ import annotations

import zoneinfo
from dataclasses import asdict, dataclass, replace

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import live
from accounts.audit import record
from accounts.errors import NotAllowed, SettingRefused
from accounts.models import Account, Membership
from accounts.slugs import check_kept_days, rename

MOST_COLLECTING = 1000


@dataclass(frozen=True, slots=True)
class AccountChanges:
    """None leaves a value as it is."""

    name: str | None = None
    timezone: str | None = None
    language: str | None = None
    collecting_limit: int | None = None
    owners_see_deleted: bool | None = None
    mailer_enabled: bool | None = None  # M01
    track_opens: bool | None = None  # M97, these two: mailboxes and letters may differ
    track_links: bool | None = None
    confirm_forms: bool | None = None  # a client sees what is saved before it is
    keep_old_addresses_days: int | None = None  # no value of the account: how it is renamed (K48)


@transaction.atomic
def change_account(admin: Membership, changes: AccountChanges) -> Account:
    """Raises NotAllowed, SettingRefused."""
    if not admin.is_admin:
        raise NotAllowed
    changes = _checked(changes)
    account = Account.objects.select_for_update().get(pk=admin.account.pk)
    wanted = {name: value for name, value in asdict(changes).items() if value is not None}
    kept_days = wanted.pop("keep_old_addresses_days", 0)
    changed = {name: value for name, value in wanted.items() if value != getattr(account, name)}
    if "name" in changed:
        rename(admin, account, changed["name"], keep_days=kept_days)
    for name, value in changed.items():
        setattr(account, name, value)
    if changed:
        account.save(update_fields=[*changed, "slug"])
        record(admin, "account.changed", fields=" ".join(sorted(changed)))
        if "owners_see_deleted" in changed:
            live.publish_rights()
    return account


def _checked(changes: AccountChanges) -> AccountChanges:
    """Trimmed. A limit below what collects already is right: those go on, and no more are added (R01)."""
    if changes.timezone is not None and changes.timezone not in zoneinfo.available_timezones():
        raise SettingRefused("timezone", _("There is no time zone of this name. One is such as Europe/Madrid."))
    if changes.language is not None and changes.language not in dict(settings.LANGUAGES):
        raise SettingRefused("language", _("Choose one of the languages of this site."))
    check_kept_days(changes.keep_old_addresses_days or 0)
    limit = changes.collecting_limit
    if limit is not None and not 0 <= limit <= MOST_COLLECTING:
        raise SettingRefused("collecting_limit", _("Enter a number from 0 to %(most)d.") % {"most": MOST_COLLECTING})
    if changes.name is None:
        return changes
    if not changes.name.strip():
        raise SettingRefused("name", _("Enter the name of the account."))
    return replace(changes, name=changes.name.strip())
