"""Members of an account: the rights they are given, what they choose for themselves, and their tokens."""

from __future__ import annotations

import zoneinfo
from dataclasses import asdict, dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.errors import LastAdministrator, NotAllowed, NotFound, SettingRefused
from accounts.models import ApiToken, Membership, User


@dataclass(frozen=True, slots=True)
class ProfileChanges:
    """What people choose for themselves; None leaves a value as it is."""

    name: str | None = None
    language: str | None = None
    timezone: str | None = None
    theme: str | None = None
    signature: str | None = None
    availability: str | None = None


@transaction.atomic
def change_profile(member: Membership, changes: ProfileChanges) -> Membership:
    """Signature and availability are the membership's, the rest goes with the person. Raises SettingRefused."""
    _check_profile(changes)
    values = {name: value for name, value in asdict(changes).items() if value is not None}
    own = {name: values.pop(name) for name in ("signature", "availability") if name in values}
    if values:
        User.objects.filter(pk=member.user_id).update(**values)
    if own:
        Membership.objects.filter(pk=member.pk).update(**own)
    return get_colleague(member.pk)


def _check_profile(changes: ProfileChanges) -> None:
    if changes.name is not None and not changes.name.strip():
        raise SettingRefused("name", _("Enter your name."))
    allowed = {
        "language": [code for code, _name in settings.LANGUAGES],
        "timezone": zoneinfo.available_timezones(),
        "theme": User.Theme.values,
        "availability": Membership.Availability.values,
    }
    for field, values in allowed.items():
        value = getattr(changes, field)
        if value is not None and value not in values:
            raise SettingRefused(field, _("“%(value)s” is not one of the choices.") % {"value": value[:100]})


@dataclass(frozen=True, slots=True)
class RightsChanges:
    """What an administrator gives, None leaves it: role, "Mail" tick (K21), and whether the person may come in."""

    role: str | None = None
    mail_access_all: bool | None = None
    is_active: bool | None = None


@transaction.atomic
def change_rights(actor: Membership, member: Membership, changes: RightsChanges) -> Membership:
    """Raises NotAllowed, and LastAdministrator when nobody would be left who can give rights."""
    if not actor.is_admin:
        raise NotAllowed
    # All administrators are locked: two who demote each other at once must not both succeed.
    admins = Membership.objects.select_for_update().filter(role=Membership.Role.ADMIN, is_active=True).order_by("id")
    admin_ids = [admin.pk for admin in admins]
    changed = {
        name: value for name, value in asdict(changes).items() if value is not None and value != getattr(member, name)
    }
    for name, value in changed.items():
        setattr(member, name, value)
    if admin_ids == [member.pk] and not (member.is_admin and member.is_active):
        raise LastAdministrator
    if changed:
        member.save(update_fields=list(changed))
        record(actor, "user.rights_changed", target=member, **changed)
    return member


def get_colleague(member_id: int | str) -> Membership:
    """Anyone of this account, deactivated ones too. Raises NotFound."""
    text = str(member_id)
    is_number = text.isascii() and text.isdigit() and len(text) < 19
    colleague = Membership.objects.select_related("user", "account").filter(pk=text).first() if is_number else None
    if colleague is None:
        raise NotFound
    return colleague


@transaction.atomic
def revoke_token(member: Membership, token_id: int | str, *, asking: ApiToken | None = None) -> None:
    """One of the member's own tokens stops working at once. Raises NotFound.

    Asked for by a token: NotAllowed when that one may do less, or who steals the least of them could stop all others.
    """
    text = str(token_id)
    is_number = text.isascii() and text.isdigit() and len(text) < 19
    token = ApiToken.objects.filter(membership=member, pk=text).first() if is_number else None
    if token is None:
        raise NotFound
    if asking is not None and not set(token.scopes) <= set(asking.scopes):
        raise NotAllowed
    record(member, "token.revoked", target=token)
    token.delete()
