"""Letters that wait for a chosen time: seen apart, sent now, put to another time, taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership
from outbox.delivery import deliver
from outbox.errors import LetterRefused, MailNotFound, WrongState
from outbox.member_counts import counts_of
from outbox.models import OutgoingMail
from outbox.scheduled import reschedule, scheduled_of, send_now
from outbox.services import cancel
from outbox.states import State
from tests.outbox.conftest import Office, Queue

TOMORROW = timedelta(days=1)


def scheduled_count(member: Membership) -> int:
    """As beside the folder."""
    return counts_of(member).scheduled


def in_outbox(member: Membership) -> list[OutgoingMail]:
    return list(OutgoingMail.objects.visible_to(member).in_outbox(timezone.now()))


@pytest.mark.rule("M20")
def test_a_letter_for_later_is_scheduled_and_one_to_be_taken_back_is_not(queue: Queue, alice: Membership) -> None:
    soon = queue(undo_seconds=60)
    later = queue(send_at=timezone.now() + TOMORROW)
    assert list(scheduled_of(alice)) == [later]
    assert in_outbox(alice) == [soon]
    assert scheduled_count(alice) == 1


def test_when_its_time_has_come_it_is_on_its_way(queue: Queue, alice: Membership) -> None:
    later = queue(send_at=timezone.now() + TOMORROW)
    long_ago = timezone.now() - TOMORROW
    OutgoingMail.objects.update(due_at=timezone.now() - timedelta(minutes=1), created_at=long_ago)
    assert (list(scheduled_of(alice)), in_outbox(alice)) == ([], [later])


def test_what_waits_for_tomorrow_because_of_the_limit_is_not_scheduled(queue: Queue, alice: Membership) -> None:
    late = queue()
    OutgoingMail.objects.update(due_at=timezone.now() + TOMORROW, error_code="over_daily_limit")
    assert (scheduled_count(alice), in_outbox(alice)) == (0, [late])


@pytest.mark.rule("M20")
def test_it_is_sent_now(office: Office, queue: Queue, alice: Membership) -> None:
    later = queue(mailbox_id=office.mailbox.pk, send_at=timezone.now() + TOMORROW)
    deliver(office.mailbox.pk)
    assert office.sink_ids() == []
    send_now(alice, later.pk)
    deliver(office.mailbox.pk)
    assert office.sink_ids() == [later.message_id_header]


def test_it_is_put_to_another_time(queue: Queue, alice: Membership) -> None:
    later = queue(send_at=timezone.now() + TOMORROW)
    wanted = timezone.now() + timedelta(days=3)
    assert reschedule(alice, later.pk, wanted).due_at == wanted
    with pytest.raises(LetterRefused):
        reschedule(alice, later.pk, timezone.now() - TOMORROW)


@pytest.mark.parametrize("state", [State.SENDING, State.SENT, State.CANCELED, State.FAILED, State.RETRY])
def test_what_is_not_waiting_any_more_stays(queue: Queue, alice: Membership, state: State) -> None:
    later = queue(send_at=timezone.now() + TOMORROW)
    OutgoingMail.objects.update(state=state, lease_until=timezone.now() + TOMORROW)
    with pytest.raises(WrongState):
        send_now(alice, later.pk)


def test_a_colleague_cannot_touch_letters_of_a_private_mailbox(
    queue: Queue, alice: Membership, bob: Membership, charlie: Membership
) -> None:
    later = queue(send_at=timezone.now() + TOMORROW)
    for other in (bob, charlie):
        assert scheduled_count(other) == 0
        with pytest.raises(MailNotFound):
            send_now(other, later.pk)
    cancel(alice, later.pk)
    assert scheduled_count(alice) == 0
