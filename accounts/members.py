"""Members of an account: the rights they are given, and what they choose for themselves."""

from __future__ import annotations

import zoneinfo
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import live
from accounts.audit import record
from accounts.availability import set_availability
from accounts.errors import LastAdministrator, NotAllowed, NotFound, SettingRefused
from accounts.ids import row_number
from accounts.models import ApiToken, Membership, User
from accounts.notices import check_kinds
from accounts.signals import member_deactivated


@dataclass(frozen=True, slots=True)
class ProfileChanges:
    """What people choose for themselves; None leaves a value as it is."""

    name: str | None = None
    language: str | None = None
    timezone: str | None = None
    theme: str | None = None
    signature: str | None = None
    availability: str | None = None
    has_shortcuts: bool | None = None
    undo_seconds: int | None = None
    notices_off: Sequence[str] | None = None  # kinds that are not shown at the bell
    notices_mailed: Sequence[str] | None = None  # kinds that come by mail too


MAX_UNDO_SECONDS = 60  # a letter is not held up for longer
OF_MEMBERSHIP = ("signature", "undo_seconds", "notices_off", "notices_mailed")


@transaction.atomic
def change_profile(member: Membership, changes: ProfileChanges) -> Membership:
    """These and availability are the membership's, the rest goes with the person. Raises SettingRefused."""
    _check_profile(changes)
    values = {name: value for name, value in asdict(changes).items() if value is not None}
    if "availability" in values:
        set_availability(member, member, values.pop("availability"))
    if own := {name: values.pop(name) for name in OF_MEMBERSHIP if name in values}:
        Membership.objects.filter(pk=member.pk).update(**own)
    if values:
        User.objects.filter(pk=member.user_id).update(**values)
    return get_colleague(member.pk)


def _check_profile(changes: ProfileChanges) -> None:
    if changes.name is not None and not changes.name.strip():
        raise SettingRefused("name", _("Enter your name."))
    for name in ("notices_off", "notices_mailed"):
        check_kinds(name, getattr(changes, name) or ())
    allowed: dict[str, Collection[object]] = {
        "undo_seconds": range(MAX_UNDO_SECONDS + 1),
        "language": [code for code, _name in settings.LANGUAGES],
        "timezone": zoneinfo.available_timezones(),
        "theme": User.Theme.values,
    }
    for field, values in allowed.items():
        value = getattr(changes, field)
        if value is not None and value not in values:
            raise SettingRefused(field, _("“%(value)s” is not one of the choices.") % {"value": str(value)[:100]})


@dataclass(frozen=True, slots=True)
class RightsChanges:
    """What an administrator gives, None leaves it. Which mailboxes: mailboxes.mail_access."""

    role: str | None = None
    is_active: bool | None = None
    mailer_access: bool | None = None  # M01


@transaction.atomic
def change_rights(actor: Membership, member: Membership, changes: RightsChanges) -> Membership:
    """Raises NotAllowed, and LastAdministrator when nobody would be left who can give rights."""
    if not actor.is_admin:
        raise NotAllowed
    admin_ids = lock_administrators()
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
        live.publish_rights()
    if changed.get("is_active") is False:
        _shut_out(actor, member)
    return member


def lock_administrators() -> list[int]:
    """Until the caller's transaction ends: two who demote each other at once must not both succeed."""
    admins = Membership.objects.select_for_update().filter(role=Membership.Role.ADMIN, is_active=True).order_by("id")
    return [admin.pk for admin in admins]


def _shut_out(actor: Membership, member: Membership) -> None:
    """Sessions end by themselves: each request asks whether the member is active. Tokens must not come back later."""
    ApiToken.objects.filter(membership=member).delete()
    member_deactivated.send(Membership, member=member, actor=actor)


def get_colleague(member_id: int | str) -> Membership:
    """Anyone of this account, deactivated ones too. Raises NotFound."""
    colleague = Membership.objects.select_related("user", "account").filter(pk=row_number(member_id)).first()
    if colleague is None:
        raise NotFound
    return colleague
