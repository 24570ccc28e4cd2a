"""What a server says instead of letting us in: to slow down is obeyed, and never taken for a wrong password."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from accounts.models import Notice
from mailboxes.health import LONGEST_RETRY, THROTTLED_RETRY
from mailboxes.models import Mailbox
from tests.faults.conftest import Office
from tests.faults.cutproxy import CutProxy, Way
from tests.faults.faults import Replaced, cut_before

pytestmark = pytest.mark.dovecot

LOGGED_IN = rb"^(\w+) OK \[CAPABILITY.*\r\n"
THROTTLED = [
    b"[THROTTLED] Too many connections",
    b"[LIMIT] Rate limit hit",
    b"Too many simultaneous connections. (Failure)",
    b"[ALERT] Account exceeded command or bandwidth limits. (Failure)",
    b"Maximum number of connections from user+IP exceeded",
    b"User is authenticated but not connected.",
    b"Request is throttled. Suggested Backoff Time: 93414 milliseconds",
]
NOT_NOW = [b"[UNAVAILABLE] Temporary authentication failure", b"[INUSE] Mailbox is locked", b"Try again later"]
REFUSED = b"[AUTHENTICATIONFAILED] Invalid credentials (Failure)"


@pytest.fixture
def settled(db: None, office: Office, proxy: CutProxy) -> Office:
    office.fill(range(3))
    office.visit()
    office.use_port(proxy.port)
    return office


def visit_and_hear(office: Office, proxy: CutProxy, words: bytes) -> None:
    """The server answers LOGIN with NO and these words."""
    answer = Replaced(LOGGED_IN, rb"\1 NO " + words + b"\r\n", most=1)
    proxy.break_next(Way.DOWN, answer)
    office.visit()
    assert answer.count == 1


@pytest.mark.parametrize("words", THROTTLED + NOT_NOW)
def test_a_server_that_has_no_time_is_asked_again_later(settled: Office, proxy: CutProxy, words: bytes) -> None:
    for _ in range(4):
        visit_and_hear(settled, proxy, words)
        assert settled.mailbox.error_code != "login_refused"
        assert settled.mailbox.state != Mailbox.State.NEEDS_LOGIN
        assert settled.mailbox.next_sync_at is not None
    assert not Notice.objects.exists()
    settled.fill(range(10, 12))
    settled.visit()
    settled.assert_settled()


@pytest.mark.parametrize(
    ("words", "least", "most"),
    [
        (THROTTLED[-1], timedelta(seconds=90), timedelta(seconds=94)),
        (THROTTLED[0], timedelta(minutes=14), THROTTLED_RETRY),
    ],
)
def test_the_wait_is_the_servers_own_where_it_says_one(
    settled: Office, proxy: CutProxy, words: bytes, least: timedelta, most: timedelta
) -> None:
    before = timezone.now()
    visit_and_hear(settled, proxy, words)
    assert settled.mailbox.next_sync_at is not None
    assert before + least < settled.mailbox.next_sync_at <= timezone.now() + most


@pytest.mark.rule("M05")
def test_a_login_refused_twice_asks_for_a_sign_in_once(settled: Office, proxy: CutProxy) -> None:
    visit_and_hear(settled, proxy, REFUSED)
    assert settled.mailbox.state == Mailbox.State.SYNCED
    visit_and_hear(settled, proxy, REFUSED)
    assert (settled.mailbox.state, settled.mailbox.next_sync_at) == (Mailbox.State.NEEDS_LOGIN, None)
    visit_and_hear(settled, proxy, REFUSED)
    assert Notice.objects.count() == 1


def test_a_lost_connection_between_two_refusals_is_no_refusal(settled: Office, proxy: CutProxy) -> None:
    visit_and_hear(settled, proxy, REFUSED)
    proxy.break_next(Way.DOWN, cut_before(1, line=LOGGED_IN))
    settled.visit()
    visit_and_hear(settled, proxy, REFUSED)
    assert settled.mailbox.state == Mailbox.State.SYNCED
    assert not Notice.objects.exists()


@pytest.mark.parametrize("reset", [False, True], ids=["fin", "rst"])
def test_faults_of_the_network_back_off_up_to_a_limit(settled: Office, proxy: CutProxy, *, reset: bool) -> None:
    waits = []
    for _ in range(9):
        proxy.break_next(Way.DOWN, cut_before(1, reset=reset))
        before = timezone.now()
        settled.visit()
        assert settled.mailbox.next_sync_at is not None
        waits.append(settled.mailbox.next_sync_at - before)
    assert settled.mailbox.failure_count == 9
    assert settled.mailbox.state == Mailbox.State.ERROR, "people are told, as it lasts"
    assert all(earlier < later for earlier, later in pairwise(waits[:7]))
    assert waits[-1] >= LONGEST_RETRY
    assert not Notice.objects.exists()
