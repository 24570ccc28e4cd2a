"""kill -9 at every step of a delivery, then another worker goes on: nothing lost, nothing doubled, at most unknown."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from django.utils import timezone

from mailkit.failpoints import FailpointReached
from outbox.delivery import deliver
from outbox.models import OutgoingMail, OutgoingRecipient
from outbox.states import State
from tests.outbox.conftest import Office, Queue
from threads.models import Message

PROJECT = Path(__file__).resolve().parents[2]
POINTS = ["T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12", "T13", "T14"]
KILLED = -9


@pytest.fixture
def mail(transactional_db: None, office: Office, queue: Queue) -> OutgoingMail:
    """Due now, with nobody woken: the test starts the worker itself."""
    mail = queue(mailbox_id=office.mailbox.pk, undo_seconds=60)
    OutgoingMail.objects.filter(pk=mail.pk).update(due_at=timezone.now())
    return mail


def deliver_elsewhere(mail: OutgoingMail, storage: Path, failpoint: str) -> int:
    """The exit code of a process that delivers."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = {
        **os.environ,
        "DATABASE_URL": urlunsplit(database),
        "STORAGE_DIR": str(storage),
        "FAILPOINT": failpoint,
    }
    arguments = ["-m", "tests.outbox.deliver_in_process", str(mail.account_id), str(mail.mailbox_id)]
    return subprocess.run([sys.executable, *arguments], env=environment, cwd=PROJECT, timeout=120).returncode


def let_the_lease_run_out() -> None:
    OutgoingMail.objects.filter(lease_until__isnull=False).update(lease_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.rule("G04", "M93", "K14")
@pytest.mark.parametrize("point", POINTS)
def test_dying_anywhere_sends_once_or_leaves_it_unknown(
    office: Office, mail: OutgoingMail, tmp_path: Path, point: str
) -> None:
    assert deliver_elsewhere(mail, tmp_path / "storage", f"{point}:1:kill") == KILLED
    delivered = office.sink_ids()
    deliver(mail.mailbox_id)
    assert office.sink_ids() == delivered, "the dead worker's lease still holds"
    let_the_lease_run_out()
    for _ in range(2):
        deliver(mail.mailbox_id)
    mail.refresh_from_db()
    if point in ("T9", "T10", "T11"):  # the server had said 354: it may have the letter
        assert (mail.state, mail.error_code) == (State.UNKNOWN, "unknown")
        assert len(office.sink_ids()) == (0 if point == "T9" else 1)
        assert not Message.objects.exists()
    else:
        assert (mail.state, mail.error_code) == (State.SENT, "")
        assert office.sink_ids() == office.sent_folder() == [mail.message_id_header]
        assert Message.objects.get() == mail.message


@pytest.mark.rule("G04")
@pytest.mark.parametrize("point", ["T4", "T6", "T8"])
def test_the_next_attempt_sends_the_bytes_that_the_dead_worker_had_stored(
    office: Office, mail: OutgoingMail, tmp_path: Path, point: str
) -> None:
    assert deliver_elsewhere(mail, tmp_path / "storage", f"{point}:1:kill") == KILLED
    [stored] = (tmp_path / "storage").rglob("*.eml")
    made, mail.mailbox.display_name = stored.read_bytes(), "Changed meanwhile"
    mail.mailbox.save()
    let_the_lease_run_out()
    deliver(mail.mailbox_id)
    assert [letter.raw.rstrip() for letter in office.sink.letters] == [made.rstrip()]  # the wire ends the last line


@pytest.mark.rule("G04", "K14")
@pytest.mark.parametrize("point", ["T12:3", "Y11:1"])
def test_letters_of_a_burst_that_are_not_filed_yet_are_filed_by_the_next_worker(
    office: Office, mail: OutgoingMail, queue: Queue, tmp_path: Path, point: str
) -> None:
    for number in range(2):
        queue(mailbox_id=office.mailbox.pk, undo_seconds=60, subject=f"Another {number}")
    OutgoingMail.objects.update(due_at=timezone.now())
    assert deliver_elsewhere(mail, tmp_path / "storage", f"{point}:kill") == KILLED
    assert Message.objects.count() < len(office.sink_ids())
    let_the_lease_run_out()
    deliver(mail.mailbox_id)
    assert (len(office.sink_ids()), len(office.sent_folder()), Message.objects.count()) == (3, 3, 3)
    assert OutgoingMail.objects.filter(state=State.SENT, message__isnull=False).count() == 3


def test_a_delivery_passes_all_these_points(mail: OutgoingMail, tmp_path: Path) -> None:
    log = tmp_path / "points"
    assert deliver_elsewhere(mail, tmp_path / "storage", f"count:{log}") == 0
    assert [point for point in log.read_text().split() if point.startswith("T")] == POINTS


@pytest.mark.rule("G04")
@pytest.mark.parametrize(("point", "stored"), [("T1", 0), ("T2", 1)])
def test_a_letter_is_queued_whole_or_not_at_all(
    transactional_db: None, office: Office, queue: Queue, monkeypatch: pytest.MonkeyPatch, point: str, stored: int
) -> None:
    monkeypatch.setenv("FAILPOINT", f"{point}:1:raise")
    with pytest.raises(FailpointReached):
        queue(mailbox_id=office.mailbox.pk, undo_seconds=60)
    assert OutgoingMail.objects.count() == OutgoingRecipient.objects.count() == stored
