"""What the frame of a page counts is what the lists behind the counts show."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, Membership
from accounts.notices import notify
from crm.contacts import ContactValues, create_contact
from crm.task_types import create_type
from crm.tasks import TaskValues, complete_task, create_task
from mailboxes.models import Mailbox
from outbox.member_counts import MemberCounts, counts_of
from outbox.models import Mailing, OutgoingMail
from outbox.requests import LetterRequest
from outbox.services import queue_letter
from tests.conftest import MakeMailbox

pytestmark = pytest.mark.usefixtures("in_account")


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


def queue(member: Membership, mailbox: Mailbox, **facts: object) -> OutgoingMail:
    return queue_letter(member, LetterRequest(mailbox.pk, ["ana@client.example"], text="Hi", **facts))  # type: ignore[arg-type]


def test_letters_that_are_stuck_or_scheduled(alice: Membership, sales: Mailbox) -> None:
    now = timezone.now()
    for state in OutgoingMail.State.values:
        OutgoingMail.objects.filter(pk=queue(alice, sales).pk).update(state=state, due_at=now + timedelta(seconds=5))
    queue(alice, sales, send_at=now + timedelta(hours=1))
    queue(alice, sales, undo_seconds=30)
    found = counts_of(alice)
    assert (found.stuck, found.scheduled) == (3, 1)
    mine = OutgoingMail.objects.visible_to(alice)
    assert mine.filter(state__in=["held", "failed", "unknown"]).count() == found.stuck
    assert mine.scheduled(now).count() == found.scheduled


def test_letters_of_a_mailing_are_told_of_with_it(alice: Membership, sales: Mailbox) -> None:
    mailing = Mailing.objects.create(name="Spring", author=alice)
    OutgoingMail.objects.filter(pk=queue(alice, sales).pk).update(state="failed", mailing=mailing)
    assert counts_of(alice).stuck == 0
    assert not OutgoingMail.objects.visible_to(alice).in_outbox(timezone.now()).exists()
    assert OutgoingMail.objects.visible_to(alice).in_queue("failed", timezone.now()).count() == 1


def test_tasks_for_today_and_notices_that_are_wanted(alice: Membership, bob: Membership) -> None:
    card = create_contact(ContactValues("Ana"))
    kind, now = create_type(alice, "Visit"), timezone.now()
    late = TaskValues(kind, now - timedelta(days=2), responsible=alice)
    create_task(card, late, member=alice)
    create_task(card, TaskValues(kind, now + timedelta(days=2), responsible=alice), member=alice)
    complete_task(alice, create_task(card, late, member=alice))
    notify([alice], "mailbox.daily_limit", mailbox=1)
    alice.notices_off = ["mailbox.daily_warning"]
    notify([alice], "mailbox.daily_warning", mailbox=1)
    found = counts_of(alice)
    assert (found.tasks, found.notices) == (1, 1)
    assert counts_of(bob) == MemberCounts({}, 0, 0, 0, 0, 0)


@pytest.mark.rule("K23", "G10")
def test_nothing_of_others_is_counted(alice: Membership, bob: Membership, charlie: Membership, in_account: Account,
    make_mailbox: MakeMailbox,
) -> None:  # fmt: skip
    private = make_mailbox("bob@acme.example", owner=bob)
    OutgoingMail.objects.filter(pk=queue(bob, private).pk).update(state="failed")
    assert counts_of(bob).stuck == 1
    assert counts_of(alice).stuck == 0
