"""Push: a letter is here, and open browsers know of it, though the mailbox is not due for a quarter of an hour."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.utils import timezone
from redis.client import PubSub

from accounts.live import channel
from accounts.models import Membership
from accounts.tenancy import tenant
from crm_mail.embedded.processes import die_with_parent
from mailboxes.models import Mailbox
from tests.flows.conftest import PROJECT
from tests.flows.people import MailServer, connect
from tests.flows.waiting import eventually
from tests.servers.dovecot import DovecotServer
from tests.servers.pymap_server import PymapServer
from tests.servers.smtp_sink import SmtpSink
from tests.sync.letters import letter
from threads.models import Message

pytestmark = pytest.mark.flow


@pytest.fixture
def real_watcher(process_environment: Mapping[str, str], tmp_path: Path) -> Iterator[Path]:
    """The process as it runs everywhere; its log, which is shown when the test fails."""
    log = tmp_path / "watcher.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "watch"],
            env={**process_environment, "LOG_LEVEL": "INFO"},
            cwd=PROJECT,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509  (the only place to set it)
        )
    try:
        yield log
        process.terminate()
        assert process.wait(20) == 0
    finally:
        sys.stdout.write(log.read_text())  # pytest shows it with a failure only
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def browser(alice: Membership) -> Iterator[PubSub]:
    """What the event stream of Alice's browsers hears."""
    with redis.Redis.from_url(settings.REDIS_URL) as client, client.pubsub(ignore_subscribe_messages=True) as listener:
        listener.subscribe(channel(alice.account.pk))
        yield listener


def hears_of_mail(browser: PubSub, mailbox: Mailbox) -> bool:
    message = browser.get_message(timeout=0.05)
    event = json.loads(message["data"]) if message else {}
    return (event.get("kind"), event.get("mailbox")) == ("mail", mailbox.pk)


@pytest.fixture(params=[pytest.param("dovecot", marks=pytest.mark.dovecot), "pymap_server"])
def server(request: pytest.FixtureRequest) -> DovecotServer | PymapServer:
    """A rich one, and the one of the demo."""
    found: DovecotServer | PymapServer = request.getfixturevalue(request.param)
    return found


def settle(member: Membership, server: MailServer, user: str, smtp: SmtpSink) -> Mailbox:
    """Imported, heard by the watcher, and visited after that for the last time."""
    mailbox = connect(member, server, user, smtp)
    due_at = timezone.now() + timedelta(minutes=10)

    def is_settled() -> bool:
        mailbox.refresh_from_db()
        at = mailbox.next_sync_at
        return mailbox.state == Mailbox.State.SYNCED and mailbox.lease_token is None and at is not None and at > due_at

    eventually(is_settled)
    return mailbox


@pytest.mark.rule("A06")
def test_a_new_letter_is_pushed_to_the_screen(
    real_worker: Path,
    real_watcher: Path,
    alice: Membership,
    server: DovecotServer | PymapServer,
    smtp_sink: SmtpSink,
    browser: PubSub,
) -> None:
    user = server.new_user()
    with tenant(alice.account_id):
        mailbox = settle(alice, server, user, smtp_sink)
        for number in (1, 2):  # the first may be found by the visit that follows the watcher's sign-in
            server.deliver(user, letter(number))
            delivered_at = time.monotonic()
            eventually(lambda: hears_of_mail(browser, mailbox))
            print(f"letter to event: {time.monotonic() - delivered_at:.2f} s")  # noqa: T201  (shown by -s)
            assert Message.objects.count() == number
