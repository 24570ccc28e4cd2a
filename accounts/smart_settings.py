"""How the smart addresses of an account behave, set by its administrators (K43, K45, G03)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.errors import NotAllowed, SettingRefused
from accounts.models import Account, Membership
from mailkit.addresses import AddressRefused, email_key, is_host_name, parse_typed_address, to_ascii_domain

MOST_ALLOWED = 500
NOBODY = 0


@dataclass(frozen=True, slots=True)
class SmartChanges:
    """None leaves a value as it is."""

    smart_bcc_creates: bool | None = None
    smart_senders: str | None = None  # Account.SmartSenders
    smart_allowed: Sequence[str] | None = None  # addresses and domains, replaced as a whole
    default_responsible: int | None = None  # a member's id; NOBODY: the first administrator


@transaction.atomic
def change_smart_settings(admin: Membership, changes: SmartChanges) -> Account:
    """Raises NotAllowed, SettingRefused."""
    if not admin.is_admin:
        raise NotAllowed
    account = Account.objects.select_for_update().get(pk=admin.account.pk)
    wanted = {
        "smart_bcc_creates": changes.smart_bcc_creates,
        "smart_senders": _checked_senders(changes.smart_senders),
        "smart_allowed": None if changes.smart_allowed is None else _checked_list(changes.smart_allowed),
    }
    changed = {name: value for name, value in wanted.items() if value is not None and value != getattr(account, name)}
    for name, value in changed.items():
        setattr(account, name, value)
    account.save(update_fields=list(changed))
    names = sorted(changed)
    if changes.default_responsible is not None and _choose_responsible(changes.default_responsible):
        names.append("default_responsible")
    if names:
        record(admin, "smart_addresses.changed", fields=" ".join(names))
    return account


def default_responsible() -> Membership | None:
    """Whom administrators chose; None: the first of them is."""
    return Membership.objects.filter(is_default_responsible=True, is_active=True).first()


def _checked_senders(senders: str | None) -> str | None:
    if senders is not None and senders not in Account.SmartSenders.values:
        raise SettingRefused("smart_senders", _("Choose anyone, users, or users and those on the list."))
    return senders


def _checked_list(entries: Sequence[str]) -> list[str]:
    """Each once, as they are compared, in the order given."""
    found = list(dict.fromkeys(_checked_entry(entry) for entry in entries if entry.strip()))
    if len(found) > MOST_ALLOWED:
        raise SettingRefused("smart_allowed", _("At most %(most)d entries fit.") % {"most": MOST_ALLOWED})
    return found


def _checked_entry(typed: str) -> str:
    plain = typed.strip().removeprefix("@")
    if "@" not in plain:
        domain = to_ascii_domain(plain)
        if is_host_name(domain) and "." in domain:
            return domain
    try:
        return email_key(parse_typed_address(plain).email)
    except AddressRefused as error:
        words = _("“%(typed)s” is neither an email address nor a domain.")
        raise SettingRefused("smart_allowed", words % {"typed": typed.strip()[:100]}) from error


def _choose_responsible(member_id: int) -> bool:
    """Whether somebody else is chosen now."""
    before = Membership.objects.filter(is_default_responsible=True)
    if list(before.values_list("pk", flat=True)) == ([member_id] if member_id else []):
        return False
    if member_id and not Membership.objects.filter(pk=member_id, is_active=True).exists():
        raise SettingRefused("default_responsible", _("Choose an active user of this account."))
    before.update(is_default_responsible=False)
    Membership.objects.filter(pk=member_id).update(is_default_responsible=True)
    return True


def responsible_by_default() -> Membership | None:
    """Who gets what nobody asked for: whom administrators chose, or the first of them."""
    active = Membership.objects.filter(is_active=True)
    chosen = active.filter(is_default_responsible=True).first()
    return chosen or active.filter(role=Membership.Role.ADMIN).order_by("pk").first()
