"""Letters of a mailbox that is paused or disconnected: held with the reason, and sent once it works again."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Membership
from mailboxes.disconnecting import disconnect, pause, resume
from mailboxes.models import Mailbox
from outbox.advice import advice_for
from outbox.claiming import DueLetters
from outbox.delivery import deliver, list_mailboxes_with_work, release_held
from outbox.errors import LetterRefused
from outbox.models import OutgoingMail
from tests.outbox.conftest import Queue

State = OutgoingMail.State


@pytest.mark.rule("K65", "M94")
def test_a_letter_waits_while_its_mailbox_is_paused(alice: Membership, alices: Mailbox, queue: Queue) -> None:
    mail = queue()
    pause(alice, alices.pk)
    deliver(alices.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.error_code) == (State.HELD, "stopped")
    advice = advice_for(mail.error_code)
    assert advice
    assert "resumed" in str(advice.do)
    assert list_mailboxes_with_work() == []  # nothing to be woken for, however long it takes


@pytest.mark.rule("K65")
def test_however_long_the_pause_the_letter_does_not_fail(alice: Membership, alices: Mailbox, queue: Queue) -> None:
    mail = queue()
    pause(alice, alices.pk)
    deliver(alices.pk)
    OutgoingMail.objects.filter(pk=mail.pk).update(due_at=timezone.now() - timedelta(days=30))
    deliver(alices.pk)
    mail.refresh_from_db()
    assert mail.state == State.HELD


@pytest.mark.rule("K65")
def test_it_goes_out_when_the_mailbox_is_resumed(alice: Membership, alices: Mailbox, queue: Queue) -> None:
    mail = queue()
    pause(alice, alices.pk)
    deliver(alices.pk)
    resume(alice, alices.pk)
    assert list_mailboxes_with_work() == [(alices.account_id, alices.pk)]
    release_held(alices)
    mail.refresh_from_db()
    assert (mail.state, mail.error_code) == (State.QUEUED, "")


@pytest.mark.rule("K65")
def test_a_worker_that_is_at_it_takes_no_further_letter(alice: Membership, alices: Mailbox, queue: Queue) -> None:
    queue()
    loaded_before = Mailbox.objects.get(pk=alices.pk)
    pause(alice, alices.pk)
    assert DueLetters(loaded_before, uuid4()).claim_next() is None


@pytest.mark.rule("K65")
def test_letters_that_have_to_be_looked_up_wait_too(alice: Membership, alices: Mailbox, queue: Queue) -> None:
    mail = queue()
    now = timezone.now()
    OutgoingMail.objects.filter(pk=mail.pk).update(state=State.UNKNOWN, data_accepted_at=now, sent_check_at=now)
    pause(alice, alices.pk)
    deliver(alices.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.sent_check_at, list_mailboxes_with_work()) == (State.UNKNOWN, now, [])


@pytest.mark.rule("K65")
def test_nothing_new_is_written_in_a_disconnected_mailbox(alice: Membership, alices: Mailbox, queue: Queue) -> None:
    disconnect(alice, alices.pk, emails="keep")
    with pytest.raises(LetterRefused) as refused:
        queue()
    assert refused.value.field == "mailbox_id"
    assert not OutgoingMail.objects.exists()
