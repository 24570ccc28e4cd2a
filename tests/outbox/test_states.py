"""The state diagram of outbox.models, as a table, and the compare-and-set behind every change."""

from __future__ import annotations

import uuid
from itertools import product

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from outbox import states
from outbox.errors import LetterChanged
from outbox.models import OutgoingMail
from outbox.states import CHANGES, State
from tests.outbox.conftest import Queue

DIAGRAM = {
    "queued": {"sending", "sent", "failed", "held", "canceled"},
    "retry": {"sending", "sent", "failed", "held", "canceled"},
    "sending": {"sent", "retry", "failed", "unknown", "held", "queued"},
    "held": {"queued", "sent", "failed", "canceled"},
    "unknown": {"sent", "queued", "canceled"},
    "failed": {"queued", "canceled"},
    "sent": set(),
    "canceled": set(),
}


def test_the_table_is_the_diagram() -> None:
    assert {old.value: {new.value for new in changes} for old, changes in CHANGES.items()} == DIAGRAM
    assert set(CHANGES) == set(State)


def test_what_is_not_in_the_table_cannot_happen() -> None:
    for old, new in product(State, State):
        if new not in DIAGRAM[old]:
            with pytest.raises(ValueError, match="never becomes"):
                states.change(OutgoingMail(account_id=1, state=old), new)


@pytest.mark.rule("G04")
def test_of_two_workers_one_gets_the_letter(queue: Queue) -> None:
    mail = queue()
    same = OutgoingMail.objects.get(pk=mail.pk)
    states.claim(mail, timezone.now())
    with pytest.raises(LetterChanged):
        states.claim(same, timezone.now())


@pytest.mark.rule("G04")
def test_a_worker_that_lost_its_lease_writes_nothing(queue: Queue) -> None:
    mail = queue()
    states.claim(mail, timezone.now())
    OutgoingMail.objects.filter(pk=mail.pk).update(lease_token=uuid.uuid4())
    with pytest.raises(LetterChanged):
        states.note(mail, data_accepted_at=timezone.now())
    with pytest.raises(LetterChanged):
        states.mark_sent(mail, timezone.now())
    assert OutgoingMail.objects.get(pk=mail.pk).state == State.SENDING


def test_a_mailbox_sends_one_letter_at_a_time(queue: Queue) -> None:
    states.claim(queue(), timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        states.claim(queue(), timezone.now())


def test_a_claim_forgets_the_attempt_before(queue: Queue) -> None:
    mail = queue()
    states.claim(mail, timezone.now())
    states.note(mail, data_accepted_at=timezone.now())
    states.mark_retry(mail, due_at=timezone.now(), code="try_later", detail="451 not now")
    states.claim(mail, timezone.now())
    mail.refresh_from_db()
    assert (mail.attempts, mail.data_accepted_at) == (2, None)
