"""One letter a second from a mailbox, whoever sends: the bucket is a row that all workers share."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from accounts.tenancy import current_account_id, tenant
from mailboxes.models import Mailbox
from outbox import pace, sending
from outbox.delivery import deliver, list_mailboxes_with_work
from outbox.models import OutgoingMail, SendingPace
from tests.outbox.conftest import MakeOffice, Office, Queue
from tests.servers.pymap_server import PymapServer

WORKERS, MOST_IN_TEN_SECONDS = 8, 11
Priority = OutgoingMail.Priority


@pytest.mark.rule("M20")
def test_the_first_goes_at_once_and_the_others_a_second_apart(alices: Mailbox, settings: Settings) -> None:
    settings.SEND_PER_SECOND = 1
    waits = [pace.take(alices, Priority.SINGLE, timezone.now()) for _ in range(3)]
    assert [round(token.wait_seconds) for token in waits if token] == [0, 1, 2]
    SendingPace.objects.update(filled_at=timezone.now() - timedelta(hours=1))
    again = [pace.take(alices, Priority.SINGLE, timezone.now()) for _ in range(2)]
    assert [round(token.wait_seconds) for token in again if token] == [0, 1], "an hour of silence saves nothing up"


@pytest.mark.rule("M20")
def test_without_a_limit_nobody_waits(alices: Mailbox) -> None:
    tokens = [pace.take(alices, Priority.SINGLE, timezone.now()) for _ in range(20)]
    assert [token.wait_seconds for token in tokens if token] == [0] * 20
    assert SendingPace.objects.get().sent_count == 20


def work(account_id: int, mailbox_id: int, until: float) -> None:
    try:
        with tenant(account_id):
            while time.monotonic() < until:
                deliver(mailbox_id)
    finally:
        connections.close_all()


@pytest.mark.rule("M20")
def test_eight_workers_at_one_mailbox_keep_its_pace(
    transactional_db: None, office: Office, queue: Queue, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten seconds of work; a server that notes when it took each letter."""
    settings.SEND_PER_SECOND = 1
    monkeypatch.setattr(sending, "TURN_SECONDS", 10.0)
    for number in range(20):
        queue(mailbox_id=office.mailbox.pk, undo_seconds=60, subject=f"Letter {number}")
    OutgoingMail.objects.update(due_at=timezone.now())
    until = time.monotonic() + 10
    with ThreadPoolExecutor(WORKERS) as pool:
        turns = [pool.submit(work, current_account_id(), office.mailbox.pk, until) for _ in range(WORKERS)]
        for turn in turns:
            turn.result()
    times = office.sink.accepted_at
    assert len(times) == len(set(office.sink_ids())) >= 5
    busiest = max(sum(start <= at < start + 10 for at in times) for start in times)
    assert busiest <= MOST_IN_TEN_SECONDS


@pytest.mark.rule("M20", "M92")
def test_letters_of_people_go_before_those_of_rules_and_these_before_mailings(office: Office, queue: Queue) -> None:
    bulk = [queue(mailbox_id=office.mailbox.pk) for _ in range(3)]
    OutgoingMail.objects.update(priority=Priority.BULK, due_at=timezone.now() - timedelta(hours=1))
    automatic = [queue(mailbox_id=office.mailbox.pk, is_automatic=True) for _ in range(2)]
    single = queue(mailbox_id=office.mailbox.pk)
    deliver(office.mailbox.pk)
    assert office.sink_ids() == [mail.message_id_header for mail in (single, *automatic, *bulk)]


@pytest.mark.rule("M20")
def test_the_sweep_names_mailboxes_with_letters_of_people_first(
    make_office: MakeOffice, pymap_server: PymapServer, queue: Queue
) -> None:
    busy, quiet = make_office(pymap_server).mailbox, make_office(pymap_server).mailbox
    queue(mailbox_id=busy.pk)
    OutgoingMail.objects.update(priority=Priority.BULK, due_at=timezone.now() - timedelta(hours=1))
    queue(mailbox_id=quiet.pk)
    assert [mailbox_id for _account, mailbox_id in list_mailboxes_with_work()] == [quiet.pk, busy.pk]


def test_a_long_queue_gives_way_when_another_mailbox_waits(
    make_office: MakeOffice, pymap_server: PymapServer, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "FAIR_SECONDS", -1.0)
    long, other = make_office(pymap_server), make_office(pymap_server)
    for _ in range(3):
        queue(mailbox_id=long.mailbox.pk)
    assert deliver(long.mailbox.pk) is False
    assert len(long.sink.letters) == 3, "nobody else waited"
    for _ in range(3):
        queue(mailbox_id=long.mailbox.pk)
    queue(mailbox_id=other.mailbox.pk)
    assert deliver(long.mailbox.pk) is True, "it has to come again"
    assert len(long.sink.letters) == 3
    monkeypatch.undo()
    deliver(other.mailbox.pk)
    assert deliver(long.mailbox.pk) is False
    assert len(long.sink.letters) == 7


@pytest.mark.rule("M20")
def test_a_mailbox_may_have_a_pace_of_its_own(alices: Mailbox, settings: Settings) -> None:
    settings.SEND_PER_SECOND = 1
    alices.letters_per_minute = 30
    waits = [pace.take(alices, Priority.SINGLE, timezone.now()) for _ in range(3)]
    assert [round(token.wait_seconds) for token in waits if token] == [0, 2, 4]


@pytest.mark.rule("M20")
def test_no_worker_stands_still_at_a_slow_mailbox(office: Office, queue: Queue) -> None:
    Mailbox.objects.update(letters_per_minute=2)
    for _ in range(2):
        queue(mailbox_id=office.mailbox.pk)
    began_at = time.monotonic()
    assert deliver(office.mailbox.pk) is False
    assert time.monotonic() - began_at < pace.PATIENCE
    assert len(office.sink.letters) == 1
    assert OutgoingMail.objects.get(state="queued").attempts == 0
    SendingPace.objects.update(filled_at=timezone.now() - timedelta(seconds=30))
    deliver(office.mailbox.pk)
    assert len(office.sink.letters) == 2
