"""What a deactivated member has queued is not sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.members import RightsChanges, change_rights
from accounts.models import Membership
from mailboxes.models import Mailbox
from outbox import states
from outbox.states import State
from tests.outbox.conftest import Queue


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
