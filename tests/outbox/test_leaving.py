"""What a deactivated member has queued is not sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.members import RightsChanges, change_rights
from accounts.models import Membership
from mailboxes.models import Mailbox
from outbox import states
from outbox.advice import advice_for
from outbox.delivery import fail_left_behind
from outbox.errors import WrongState
from outbox.models import OutgoingMail
from outbox.services import retry
from outbox.states import State
from tests.outbox.conftest import Queue
from web.deliveries import describe


@pytest.mark.rule("G04", "G11")
def test_queued_and_held_letters_are_canceled_and_others_go_on(
    alice: Membership, bob: Membership, sales: Mailbox, queue: Queue
) -> None:
    later = timezone.now() + timedelta(days=3)
    planned = queue(bob, mailbox_id=sales.pk, send_at=later)
    held = queue(bob, mailbox_id=sales.pk)
    states.hold(held, until=later, code="auth", detail="")
    sending = queue(bob, mailbox_id=sales.pk)
    states.claim(sending, timezone.now())
    of_alice = queue(mailbox_id=sales.pk)
    change_rights(alice, bob, RightsChanges(is_active=False))
    for mail in (planned, held, sending, of_alice):
        mail.refresh_from_db()
    assert [planned.state, held.state] == [State.CANCELED, State.CANCELED]
    assert [sending.state, of_alice.state] == [State.SENDING, State.QUEUED]


@pytest.fixture
def left_in_sending(alice: Membership, bob: Membership, sales: Mailbox, queue: Queue) -> OutgoingMail:
    """Bob's letter was on its way while he was deactivated, and the server asked to come back later."""
    mail = queue(bob, mailbox_id=sales.pk)
    states.claim(mail, timezone.now())
    change_rights(alice, bob, RightsChanges(is_active=False))
    states.mark_retry(mail, due_at=timezone.now(), code="try_later", detail="451 later")
    return mail


@pytest.mark.rule("G11")
def test_what_was_being_sent_is_not_tried_again(left_in_sending: OutgoingMail, alice: Membership) -> None:
    fail_left_behind(left_in_sending.mailbox)
    left_in_sending.refresh_from_db()
    assert (left_in_sending.state, left_in_sending.error_code) == (State.FAILED, "author_left")
    advice = advice_for("author_left")
    assert advice
    assert "own name" in str(advice.do)
    assert not describe(left_in_sending).can_retry
    with pytest.raises(WrongState):
        retry(alice, left_in_sending.pk)


@pytest.mark.rule("G11")
def test_when_some_have_it_already_it_counts_as_sent_and_says_who_has_not(left_in_sending: OutgoingMail) -> None:
    OutgoingMail.objects.update(sent_at=timezone.now())
    fail_left_behind(left_in_sending.mailbox)
    left_in_sending.refresh_from_db()
    assert (left_in_sending.state, left_in_sending.error_code) == (State.SENT, "some_refused")
    assert left_in_sending.recipients.get().state == "refused"


def test_letters_of_those_who_stay_are_left_alone(alice: Membership, sales: Mailbox, queue: Queue) -> None:
    mail = queue(mailbox_id=sales.pk)
    fail_left_behind(sales)
    mail.refresh_from_db()
    assert mail.state == State.QUEUED
