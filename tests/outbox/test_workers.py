"""Many workers at once, and workers that are slow: every letter goes once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from uuid import uuid4

import pytest
from django.db import connections
from django.utils import timezone

from accounts.tenancy import current_account_id, tenant
from outbox import leases, states
from outbox.claiming import DueLetters
from outbox.delivery import deliver, recover
from outbox.models import OutgoingMail
from outbox.settling import settle
from outbox.states import State
from tests.outbox.conftest import MakeOffice, Office, Queue
from tests.servers.pymap_server import PymapServer
from threads.models import Message

WORKERS = 8
LETTERS = 40


def work(account_id: int, mailbox_ids: list[int]) -> None:
    """What a worker does that is woken for one mailbox after the other."""
    try:
        with tenant(account_id):
            for mailbox_id in mailbox_ids:
                deliver(mailbox_id)
    finally:
        connections.close_all()


@pytest.mark.rule("G04", "M93", "K14")
def test_eight_workers_deliver_forty_letters_once_each(
    transactional_db: None, make_office: MakeOffice, pymap_server: PymapServer, queue: Queue
) -> None:
    offices = [make_office(pymap_server) for _ in range(4)]
    ids = [office.mailbox.pk for office in offices]
    mails = [queue(mailbox_id=ids[n % 4], undo_seconds=60, subject=f"Letter {n}") for n in range(LETTERS)]
    OutgoingMail.objects.update(due_at=timezone.now())
    with ThreadPoolExecutor(WORKERS) as pool:
        turns = [pool.submit(work, current_account_id(), ids[n % 4 :] + ids[: n % 4]) for n in range(WORKERS)]
        for turn in turns:
            turn.result()
    assert Counter(offices[0].sink_ids()) == Counter(mail.message_id_header for mail in mails)
    assert Counter(id_ for office in offices for id_ in office.sent_folder()) == Counter(offices[0].sink_ids())
    assert Message.objects.count() == LETTERS
    assert set(OutgoingMail.objects.values_list("state", "sent_copy")) == {("sent", "done")}


@pytest.mark.rule("G04")
def test_a_slow_worker_that_lost_its_letter_sends_nothing(office: Office, queue: Queue) -> None:
    queue(mailbox_id=office.mailbox.pk)
    slow = DueLetters(office.mailbox, uuid4()).claim_next()
    assert slow is not None
    OutgoingMail.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    recover(office.mailbox)
    with pytest.raises(states.LetterChanged):
        states.note(slow, data_accepted_at=timezone.now())
    deliver(office.mailbox.pk)
    assert len(office.sink.letters) == 1


def test_a_living_worker_keeps_its_lease(transactional_db: None, office: Office, queue: Queue) -> None:
    mail = queue(mailbox_id=office.mailbox.pk, undo_seconds=60)
    states.claim(mail, timezone.now() - timedelta(hours=1))
    before = OutgoingMail.objects.get().lease_until
    assert mail.lease_token is not None
    renewed = Event()

    def is_renewed() -> bool:
        if OutgoingMail.objects.get().lease_until != before:
            renewed.set()
        return renewed.wait(0.02)

    with leases.kept(mail.lease_token, beat_seconds=0.01):
        assert any(is_renewed() for _ in range(500))
    assert not OutgoingMail.objects.abandoned(timezone.now()).exists()


def test_a_letter_that_kills_its_workers_is_given_up(office: Office, queue: Queue) -> None:
    queue(mailbox_id=office.mailbox.pk)
    states_seen = []
    for _ in range(30):
        OutgoingMail.objects.update(due_at=timezone.now())
        if DueLetters(office.mailbox, uuid4()).claim_next() is None:
            break
        OutgoingMail.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        recover(office.mailbox)
        states_seen.append(OutgoingMail.objects.get().state)
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.error_code) == (State.FAILED, "interrupted")
    assert set(states_seen[:-1]) == {State.QUEUED}


@pytest.mark.rule("G04")
def test_a_letter_being_sent_is_not_settled_though_its_worker_died(office: Office, queue: Queue) -> None:
    """Settling would take its lease away, and nobody would recover it: the mailbox could never send again."""
    queue(mailbox_id=office.mailbox.pk)
    assert DueLetters(office.mailbox, uuid4()).claim_next() is not None
    now = timezone.now()
    OutgoingMail.objects.update(lease_until=now - timedelta(seconds=1), sent_at=now, sent_check_at=now)
    settle(office.mailbox)
    assert OutgoingMail.objects.abandoned(timezone.now()).exists()
