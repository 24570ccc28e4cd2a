"""Groups of members: made by administrators, within one account."""

from __future__ import annotations

import pytest

from accounts.errors import NotAllowed, NotFound, SettingRefused
from accounts.groups import GroupChanges, change_group, create_group, delete_group, get_group, set_groups_of
from accounts.models import AuditEvent, GroupMember, Membership
from accounts.tenancy import tenant

pytestmark = [pytest.mark.rule("G11"), pytest.mark.usefixtures("in_account")]


def test_members_are_replaced_as_a_whole(alice: Membership, bob: Membership) -> None:
    group = create_group(alice, name=" Sales ", member_ids=[bob.pk])
    assert group.name == "Sales"
    change_group(alice, group.pk, GroupChanges(member_ids=[alice.pk]))
    assert [member.pk for member in group.members.all()] == [alice.pk]
    change_group(alice, group.pk, GroupChanges(name="Support"))
    assert [member.pk for member in group.members.all()] == [alice.pk]


def test_a_member_is_put_into_groups(alice: Membership, bob: Membership) -> None:
    sales, support = (create_group(alice, name=name) for name in ("Sales", "Support"))
    set_groups_of(alice, bob, [sales.pk])
    set_groups_of(alice, bob, [support.pk])
    assert GroupMember.objects.get().group_id == support.pk
    with pytest.raises(SettingRefused):
        set_groups_of(alice, bob, [sales.pk, 0])


def test_a_name_is_there_once_and_not_empty(alice: Membership) -> None:
    create_group(alice, name="Sales")
    for name in ("SALES", " ", "x" * 101, "a\0b"):
        with pytest.raises(SettingRefused):
            create_group(alice, name=name)


def test_strangers_are_no_members(alice: Membership, charlie: Membership) -> None:
    with pytest.raises(SettingRefused):
        create_group(alice, name="Sales", member_ids=[charlie.pk])


def test_only_administrators_and_only_their_own(alice: Membership, bob: Membership, charlie: Membership) -> None:
    group = create_group(alice, name="Sales")
    with pytest.raises(NotAllowed):
        delete_group(bob, group.pk)
    with tenant(charlie.account_id), pytest.raises(NotFound):
        get_group(group.pk)


def test_all_of_it_is_written_down(alice: Membership) -> None:
    group = create_group(alice, name="Sales")
    change_group(alice, group.pk, GroupChanges(name="Support"))
    delete_group(alice, group.pk)
    actions = AuditEvent.objects.order_by("id").values_list("action", flat=True)
    assert list(actions) == ["group.created", "group.changed", "group.deleted"]
