"""People who wait for mail servers: bounded, so that slow servers cannot hold all pages of all accounts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from accounts.tenancy import tenant
from mailboxes import live_sessions
from mailboxes.live_sessions import LIVE_AT_ONCE, LIVE_PER_ACCOUNT, live_session
from mailboxes.models import Mailbox
from mailkit.errors import MailError, TemporaryMailError
from mailkit.imap_session import ImapSession
from tests.servers.fake_imap import FakeServer

HERE, THERE, ELSEWHERE = 1, 2, 3  # accounts


@contextmanager
def waiting_in(account_id: int) -> Iterator[None]:
    with tenant(account_id), live_session(Mailbox()):
        yield


@pytest.fixture(autouse=True)
def fake_server(monkeypatch: pytest.MonkeyPatch) -> None:
    server = FakeServer()

    def open_fake(_mailbox: Mailbox, *, seconds: float) -> ImapSession:
        assert 0 < seconds < 300
        return server.open("bob")

    monkeypatch.setattr(live_sessions, "imap_session", open_fake)


def test_one_account_cannot_hold_the_threads_of_others() -> None:
    with ExitStack() as waiting:
        for _ in range(LIVE_PER_ACCOUNT):
            waiting.enter_context(waiting_in(HERE))
        with pytest.raises(TemporaryMailError), waiting_in(HERE):
            pass
        waiting.enter_context(waiting_in(THERE))


def test_all_together_leave_threads_for_other_pages() -> None:
    with ExitStack() as waiting:
        for account_id in [HERE, THERE] * (LIVE_AT_ONCE // 2):
            waiting.enter_context(waiting_in(account_id))
        with pytest.raises(TemporaryMailError), waiting_in(ELSEWHERE):
            pass


def test_a_place_is_free_again_whatever_happened() -> None:
    for _ in range(LIVE_AT_ONCE + 1):
        with pytest.raises(MailError), waiting_in(HERE):
            raise MailError("the server hung up", step="folders")
    with waiting_in(HERE):
        pass
