"""The page of tasks: overdue, today, later, done; of oneself and of others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from crm.models import Contact, Task
from crm.task_types import list_types
from crm.tasks import TaskValues, create_task

SignIn = Callable[[Membership], Client]
DAY = timedelta(days=1)


@pytest.fixture
def ana(in_account: Account) -> Contact:
    return create_contact(ContactValues("Ana"))


def give(ana: Contact, bob: Membership, text: str, due_in: timedelta = DAY) -> Task:
    return create_task(ana, TaskValues(list_types()[0], timezone.now() + due_in, text, bob), member=bob)


def test_they_stand_under_their_days(signed_in: SignIn, alice: Membership, bob: Membership, ana: Contact) -> None:
    give(ana, bob, "Late one", -DAY)
    give(ana, bob, "Next one", 5 * DAY)
    give(ana, alice, "Not mine")
    client = signed_in(bob)
    page = client.get(reverse("tasks")).content.decode()
    assert page.index("Overdue") < page.index("Late one") < page.index("Later") < page.index("Next one")
    assert "Not mine" not in page
    assert "Not mine" in client.get(reverse("tasks"), {"whose": "all"}).content.decode()
    assert "Not mine" in client.get(reverse("tasks"), {"whose": alice.pk}).content.decode()
    assert "Nothing to do" in client.get(reverse("tasks"), {"whose": "x"}).content.decode()


def test_one_is_ticked_off_and_opened_again(signed_in: SignIn, bob: Membership, ana: Contact) -> None:
    task, client = give(ana, bob, "Call"), signed_in(bob)
    answer = client.post(reverse("task_done", args=[task.pk]))
    assert reverse("task_reopen", args=[task.pk]) in answer.headers["HX-Trigger"]
    assert "Call" in client.get(reverse("tasks"), {"done": "1"}).content.decode()
    client.post(reverse("task_reopen", args=[task.pk]))
    assert Task.objects.get().done_at is None


def test_the_dialog_changes_and_completes(signed_in: SignIn, alice: Membership, bob: Membership, ana: Contact) -> None:
    task, client = give(ana, bob, "Call"), signed_in(bob)
    url = reverse("task", args=[task.pk])
    assert 'data-due="' in client.get(url).content.decode()
    typed = {"text": "Ring", "type": task.type_id, "due_at": "2027-01-05T10:00", "responsible": alice.pk}
    client.post(url, typed)
    task.refresh_from_db()
    assert (task.text, task.responsible, task.done_at) == ("Ring", alice, None)
    client.post(url, {**typed, "complete": "1", "result": "Yes"})
    task.refresh_from_db()
    assert (task.result, task.done_by) == ("Yes", bob)
    assert client.post(url, {**typed, "due_at": "soon"}).status_code == 422
    client.post(reverse("task_delete", args=[task.pk]))
    assert not Task.objects.exists()


def test_the_rail_counts_what_is_due(signed_in: SignIn, bob: Membership, ana: Contact) -> None:
    give(ana, bob, "Late", -DAY)
    give(ana, bob, "Far", 5 * DAY)
    assert signed_in(bob).get(reverse("task_count")).content.decode().count(">1<") == 2  # at the rail, at the tab bar


def test_a_notice_leads_to_the_card(signed_in: SignIn, alice: Membership, bob: Membership, ana: Contact) -> None:
    task = create_task(ana, TaskValues(list_types()[0], timezone.now(), "Ask her", bob), member=alice)
    page = signed_in(bob).get(reverse("notices")).content.decode()
    assert "You have a new task: Call, Ana" in page
    assert reverse("contact", args=[ana.pk]) in page
    task.delete()
    assert signed_in(bob).get(reverse("notices")).status_code == 200


@pytest.mark.rule("G10")
def test_others_have_no_part_in_them(signed_in: SignIn, charlie: Membership, bob: Membership, ana: Contact) -> None:
    task, client = give(ana, bob, "Call"), signed_in(charlie)
    assert "Call" not in client.get(reverse("tasks"), {"whose": "all"}).content.decode().split('id="tasks"')[1]
    for name in ("task", "task_done", "task_reopen", "task_delete"):
        assert client.post(reverse(name, args=[task.pk])).status_code == 404
    assert Task.objects.get().done_at is None
