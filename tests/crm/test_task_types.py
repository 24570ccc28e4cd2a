"""Kinds of tasks: three by themselves, and an account's own."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.errors import NotAllowed
from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from crm.errors import StillInUse, ValueRefused
from crm.task_types import change_type, create_type, delete_type, find_type, list_types
from crm.tasks import TaskValues, complete_task, create_task

pytestmark = pytest.mark.usefixtures("in_account")


def test_three_are_there_and_more_are_added(alice: Membership) -> None:
    assert [one.code for one in list_types()] == ["call", "meeting", "follow_up"]
    visit = create_type(alice, " Site  visit")
    assert (visit.code, visit.name) == ("site_visit", "Site visit")
    assert create_type(alice, "Звонок").code == "type_4"
    assert change_type(alice, visit, name="Visit", position=0).code == "site_visit"
    assert find_type("SITE_VISIT") == find_type(str(visit.pk)) == visit
    assert find_type("unheard") is None


def test_one_with_tasks_stays(alice: Membership) -> None:
    call = list_types()[0]
    ana = create_contact(ContactValues(first_name="Ana"))
    complete_task(alice, create_task(ana, TaskValues(call, timezone.now()), member=alice))
    with pytest.raises(StillInUse):
        delete_type(alice, call)
    delete_type(alice, list_types()[1])
    assert [one.code for one in list_types()] == ["call", "follow_up"]


@pytest.mark.parametrize("name", ["", "x" * 61])
def test_a_name_is_needed_and_has_an_end(alice: Membership, name: str) -> None:
    with pytest.raises(ValueRefused):
        create_type(alice, name)


def test_no_two_have_one_name(alice: Membership) -> None:
    visit = create_type(alice, "Visit")
    with pytest.raises(ValueRefused, match="already"):
        create_type(alice, "visit ")
    with pytest.raises(ValueRefused, match="already"):
        change_type(alice, visit, name="Call")
    assert change_type(alice, visit, name="VISIT").name == "VISIT"


@pytest.mark.rule("G11")
def test_only_administrators_change_them(bob: Membership) -> None:
    call = list_types()[0]
    for attempt in (
        lambda: create_type(bob, "Visit"),
        lambda: change_type(bob, call, name="Ring"),
        lambda: delete_type(bob, call),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_the_first_ones_speak_the_accounts_language(in_account: Account) -> None:
    Account.objects.update(language="ru")
    assert [kind.name for kind in list_types()] == ["Звонок", "Встреча", "Связаться"]
