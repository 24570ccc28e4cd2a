"""Tasks: given, done, opened again; and who is told of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership, Notice
from accounts.tenancy import tenant
from crm.contacts import ContactValues, create_contact
from crm.models import Contact, Task
from crm.task_types import list_types
from crm.tasks import (
    DUE,
    GIVEN,
    TaskValues,
    change_task,
    complete_task,
    create_task,
    list_accounts_with_due,
    reopen_task,
    tell_due,
)

pytestmark = pytest.mark.usefixtures("in_account")
HOUR = timedelta(hours=1)


@pytest.fixture
def ana() -> Contact:
    return create_contact(ContactValues(first_name="Ana"))


def values(responsible: Membership | None, *, due_in: timedelta = HOUR) -> TaskValues:
    return TaskValues(list_types()[0], timezone.now() + due_in, "Ask about the offer", responsible)


def told(member: Membership) -> list[str]:
    return list(Notice.objects.filter(membership=member).order_by("pk").values_list("kind", flat=True))


def test_who_gets_one_from_somebody_else_is_told(ana: Contact, alice: Membership, bob: Membership) -> None:
    own = create_task(ana, values(alice), member=alice)
    assert told(alice) == []
    given = create_task(ana, values(bob), member=alice)
    assert told(bob) == [GIVEN]
    change_task(alice, given, replace(values(bob), text="Ask again"))
    assert told(bob) == [GIVEN]
    change_task(alice, own, values(bob))
    assert told(bob) == [GIVEN, GIVEN]
    create_task(ana, values(bob), member=None)  # a rule of the account
    assert len(told(bob)) == 3


def test_it_is_done_once_and_opened_again(ana: Contact, alice: Membership, bob: Membership) -> None:
    task = complete_task(bob, create_task(ana, values(alice), member=alice), "  They said yes ")
    first = task.done_at
    assert (task.done_by, task.result) == (bob, "They said yes")
    assert complete_task(alice, task).done_at == first
    assert task.done_by == bob
    assert complete_task(alice, task, "Or no").result == "Or no"
    reopen_task(task)
    assert list(Task.objects.to_do()) == [task]
    assert Task.objects.get().done_by is None


def test_who_is_responsible_is_told_once_that_it_is_due(ana: Contact, alice: Membership, bob: Membership) -> None:
    task = create_task(ana, values(bob), member=bob)
    now = timezone.now()
    assert (list_accounts_with_due(now), tell_due(now)) == ([], 0)
    later = now + 2 * HOUR
    assert list_accounts_with_due(later) == [alice.account_id]
    assert [tell_due(later), tell_due(later)] == [1, 0]
    assert told(bob) == [DUE]
    task.refresh_from_db()
    change_task(bob, task, values(bob, due_in=3 * HOUR))
    assert [tell_due(later), tell_due(later + 2 * HOUR)] == [0, 1]
    assert told(bob) == [DUE, DUE]


def test_nobody_is_told_of_what_is_done_or_nobodys(ana: Contact, alice: Membership, bob: Membership) -> None:
    complete_task(bob, create_task(ana, values(bob), member=bob))
    create_task(ana, values(None), member=alice)
    left = create_task(ana, values(alice), member=alice)
    Membership.objects.filter(pk=bob.pk).update(is_active=False)
    change_task(alice, left, values(Membership.objects.get(pk=bob.pk)))
    Notice.objects.all().delete()
    tell_due(timezone.now() + 2 * HOUR)
    assert not Notice.objects.exists()


@pytest.mark.rule("G10")
def test_the_sweep_stays_in_its_account(ana: Contact, alice: Membership, charlie: Membership) -> None:
    create_task(ana, values(alice), member=alice)
    with tenant(charlie.account_id):
        assert tell_due(timezone.now() + 2 * HOUR) == 0
        assert [one.code for one in list_types()] == ["call", "meeting", "follow_up"]
