"""Groups of members: administrators make them; new customers go round among their members."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.errors import NotAllowed, NotFound, SettingRefused
from accounts.ids import row_number
from accounts.models import Group, GroupMember, Membership

NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class GroupChanges:
    """None leaves a value as it is; `member_ids` are all who are in it afterwards."""

    name: str | None = None
    member_ids: Sequence[int] | None = None


def create_group(admin: Membership, *, name: str, member_ids: Sequence[int] = ()) -> Group:
    """Raises NotAllowed, SettingRefused."""
    return _write(admin, Group(), GroupChanges(name, member_ids), "group.created")


def change_group(admin: Membership, group_id: int | str, changes: GroupChanges) -> Group:
    """Raises NotAllowed, NotFound, SettingRefused."""
    return _write(admin, get_group(group_id), changes, "group.changed")


@transaction.atomic
def delete_group(admin: Membership, group_id: int | str) -> None:
    """Its members stay. Raises NotAllowed, NotFound."""
    _require_admin(admin)
    group = get_group(group_id)
    record(admin, "group.deleted", target=group, name=group.name)
    group.delete()


def get_group(group_id: int | str) -> Group:
    group = Group.objects.filter(pk=row_number(group_id)).first()
    if group is None:
        raise NotFound
    return group


@transaction.atomic
def set_groups_of(admin: Membership, member: Membership, group_ids: Iterable[int]) -> None:
    """The member is in exactly these groups afterwards. Raises NotAllowed, SettingRefused."""
    _require_admin(admin)
    wanted = set(group_ids)
    if Group.objects.filter(pk__in=wanted).count() != len(wanted):
        raise SettingRefused("groups", _("There is no such group."))
    before = set(GroupMember.objects.filter(membership=member).values_list("group_id", flat=True))
    if before == wanted:
        return
    GroupMember.objects.filter(membership=member, group_id__in=before - wanted).delete()
    rows = [GroupMember(membership=member, group_id=group_id) for group_id in wanted - before]
    GroupMember.objects.bulk_create(rows, ignore_conflicts=True)  # two administrators at once
    record(admin, "user.groups_changed", target=member, groups=" ".join(map(str, sorted(wanted))))


def _write(admin: Membership, group: Group, changes: GroupChanges, action: str) -> Group:
    _require_admin(admin)
    try:
        with transaction.atomic():
            if changes.name is not None:
                group.name = _checked_name(changes.name)
            group.save()
            if changes.member_ids is not None:
                _set_members(group, set(changes.member_ids))
            record(admin, action, target=group, name=group.name)
    except IntegrityError as error:  # "group_name_once"
        raise SettingRefused("name", _("There is a group of this name already.")) from error
    return group


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > NAME_LENGTH or "\0" in name:
        raise SettingRefused("name", _("Enter a name of up to %(count)s characters.") % {"count": NAME_LENGTH})
    return name


def _set_members(group: Group, wanted: set[int]) -> None:
    if Membership.objects.filter(pk__in=wanted).count() != len(wanted):
        raise SettingRefused("members", _("There is no such user."))
    before = set(GroupMember.objects.filter(group=group).values_list("membership_id", flat=True))
    GroupMember.objects.filter(group=group, membership_id__in=before - wanted).delete()
    rows = [GroupMember(group=group, membership_id=pk) for pk in wanted - before]
    GroupMember.objects.bulk_create(rows, ignore_conflicts=True)  # two administrators at once


def _require_admin(member: Membership) -> None:
    if not member.is_admin:
        raise NotAllowed
