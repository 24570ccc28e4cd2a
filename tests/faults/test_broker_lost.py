"""The broker forgets everything, or dies: all that is due is in PostgreSQL, and the work goes on by itself (F10)."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from django.db import connection
from django.utils import timezone

from crm_mail.embedded.account import service_account
from crm_mail.embedded.processes import Child, Program
from crm_mail.embedded.state import State
from crm_mail.embedded.valkey import Valkey
from mailboxes.models import Mailbox
from tests.faults.conftest import MakeOffice, Office
from tests.faults.oracle import assert_agrees
from tests.flows.conftest import PROJECT, QUEUES, _with_database
from tests.flows.waiting import eventually
from threads.models import Message

pytestmark = [pytest.mark.dovecot, pytest.mark.flow]

OFFICES, LETTERS, ROUNDS = 3, 5, 3


@pytest.fixture
def broker() -> Iterator[Valkey]:
    """A Valkey of this test's own, that it may kill."""
    with ExitStack() as cleaning:
        directory = Path(tempfile.mkdtemp(prefix="crm-mail-broker-"))
        cleaning.callback(shutil.rmtree, directory, ignore_errors=True)
        state = State(directory, service_account())
        state.prepare()
        valkey = Valkey(state, keep=False)
        valkey.start()
        cleaning.callback(valkey.child.stop)
        yield valkey


@dataclass
class Processes:
    """Worker and beat, kept alive as `./crm-mail up` and Docker Compose do it: what has ended is started again.

    A worker does end: kombu 5.7 raises AttributeError when the broker refuses it while it gives messages back.
    """

    children: list[Child]

    def revive(self) -> None:
        for child in self.children:
            if not child.is_alive():
                child.start()


@pytest.fixture
def processes(transactional_db: None, broker: Valkey, tmp_path: Path) -> Iterator[Processes]:
    """Behind that broker."""
    environment = {
        **os.environ,
        "DATABASE_URL": _with_database(os.environ["DATABASE_URL"], str(connection.settings_dict["NAME"])),
        "REDIS_URL": broker.url,
        "STORAGE_DIR": str(tmp_path / "storage"),
        "LOG_LEVEL": "WARNING",
    }
    quick = {**environment, "DJANGO_SETTINGS_MODULE": "tests.flows.beat_settings"}
    log = tmp_path / "log"
    celery = [sys.executable, "-m", "celery", "-A", "crm_mail.celery"]
    worker = [*celery, "worker", "-c", "2", "-Q", ",".join(QUEUES), "--without-gossip", "--without-mingle"]
    beat = [*celery, "beat", "--schedule", str(tmp_path / "beat"), "--pidfile", "", "--max-interval", "1"]
    programs = [Program("worker", worker, environment, PROJECT), Program("beat", beat, quick, PROJECT)]
    processes = Processes([Child(program, log) for program in programs])
    processes.revive()
    yield processes
    for child in processes.children:
        child.stop()
    print(log.read_text(errors="replace"))  # noqa: T201  (pytest shows it with a failure only)


def bring_news(offices: Iterable[Office], number: int) -> None:
    for office in offices:
        office.fill(range(number, number + LETTERS))
    Mailbox.objects.with_servers().update(next_sync_at=timezone.now())


def wait_for_all(processes: Processes, offices: list[Office], count: int) -> None:
    def is_done() -> bool:
        processes.revive()
        is_settled = not Mailbox.objects.with_servers().exclude(state="synced", lease_token=None).exists()
        return is_settled and Message.objects.count() == count

    eventually(is_done, because=f"{count} letters")
    for office in offices:
        assert_agrees(office.mailbox, office.served())


def restart(broker: Valkey) -> None:
    process = broker.child.process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    broker.start()


@pytest.mark.rule("K11")
def test_work_goes_on_by_itself_whatever_the_broker_forgets(
    processes: Processes, broker: Valkey, make_office: MakeOffice
) -> None:
    offices = [make_office() for _ in range(OFFICES)]
    client = redis.Redis.from_url(broker.url)
    bring_news(offices, 0)
    wait_for_all(processes, offices, OFFICES * LETTERS)
    for number in range(1, ROUNDS + 1):
        bring_news(offices, number * LETTERS)
        client.flushall()
        wait_for_all(processes, offices, (number + 1) * OFFICES * LETTERS)
    client.close()
    for number in range(ROUNDS + 1, ROUNDS + 3):
        bring_news(offices, number * LETTERS)
        restart(broker)
        wait_for_all(processes, offices, (number + 1) * OFFICES * LETTERS)
