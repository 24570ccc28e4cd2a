"""The proxy itself: what a client of Dovecot meets behind it."""

from __future__ import annotations

import imaplib
from collections.abc import Callable

import pytest

from tests.faults.cutproxy import CutProxy, Way
from tests.faults.faults import (
    Fault,
    Replaced,
    cut_after,
    cut_before,
    cut_in_literal,
    doubled,
    endless,
    in_segments,
    stall_after,
    stall_in_literal,
    throttled,
)
from tests.servers.dovecot import DovecotServer
from tests.sync.letters import letter

pytestmark = pytest.mark.dovecot

CUTS: dict[str, tuple[Way, Callable[..., Fault]]] = {
    "bytes of the server": (Way.DOWN, lambda reset: cut_after(200, reset=reset)),
    "bytes of the client": (Way.UP, lambda reset: cut_after(20, reset=reset)),
    "a line of the server": (Way.DOWN, lambda reset: cut_before(4, reset=reset)),
    "a command": (Way.UP, lambda reset: cut_before(2, reset=reset)),
    "half a literal": (Way.DOWN, lambda reset: cut_in_literal(reset=reset)),
}


@pytest.fixture
def user(dovecot: DovecotServer) -> str:
    user = dovecot.new_user()
    dovecot.deliver(user, letter(1))
    return user


def fetch(proxy: CutProxy, server: DovecotServer, user: str, *, timeout: float = 10) -> bytes:
    """The first letter of the Inbox, by way of the proxy."""
    client = imaplib.IMAP4("127.0.0.1", proxy.port, timeout=timeout)
    try:
        client.login(user, server.password)
        client.select("INBOX", readonly=True)
        _kind, [answer, *_rest] = client.uid("FETCH", "1", "(BODY.PEEK[])")
        assert isinstance(answer, tuple)
        return answer[1]
    finally:
        client.shutdown()


def test_without_a_fault_all_goes_through(proxy: CutProxy, dovecot: DovecotServer, user: str) -> None:
    assert fetch(proxy, dovecot, user) == letter(1)
    assert proxy.broken == 0
    assert proxy.seen[Way.UP].count(b"\r\n") >= 3


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("place", CUTS)
def test_a_connection_is_cut(proxy: CutProxy, dovecot: DovecotServer, user: str, place: str, *, reset: bool) -> None:
    way, fault = CUTS[place]
    proxy.break_next(way, fault(reset=reset))
    with pytest.raises((imaplib.IMAP4.abort, ConnectionError)) as error:
        fetch(proxy, dovecot, user)
    assert proxy.broken == 1
    assert not reset or "reset" in f"{error.value!r} {error.value.__context__!r}"
    assert fetch(proxy, dovecot, user) == letter(1)


@pytest.mark.parametrize("fault", [stall_after(400), stall_in_literal()])
def test_a_connection_stalls(proxy: CutProxy, dovecot: DovecotServer, user: str, fault: Fault) -> None:
    proxy.break_next(Way.DOWN, fault)
    with pytest.raises(TimeoutError):
        fetch(proxy, dovecot, user, timeout=3)
    assert proxy.broken == 1


@pytest.mark.parametrize("fault", [in_segments(1), throttled(100_000)])
def test_a_poor_line_carries_everything(proxy: CutProxy, dovecot: DovecotServer, user: str, fault: Fault) -> None:
    proxy.break_next(Way.DOWN, fault)
    assert fetch(proxy, dovecot, user) == letter(1)


def test_lines_are_doubled_and_rewritten(proxy: CutProxy, dovecot: DovecotServer, user: str) -> None:
    rewritten = Replaced(b"Order 1", b"Order 2")
    proxy.break_next(Way.DOWN, doubled(b"^Subject:"), rewritten)
    client = imaplib.IMAP4("127.0.0.1", proxy.port, timeout=10)
    client.login(user, dovecot.password)
    client.select("INBOX", readonly=True)
    client.send(b"x FETCH 1 BODY.PEEK[HEADER]\r\n")
    lines = [client.readline() for _ in range(5)]
    client.shutdown()
    assert lines.count(b"Subject: Order 2\r\n") == rewritten.count == 2


def test_a_flood_ends_when_the_client_goes(proxy: CutProxy, dovecot: DovecotServer, user: str) -> None:
    proxy.break_next(Way.DOWN, endless(b"FETCH"))
    with pytest.raises(imaplib.IMAP4.error):
        fetch(proxy, dovecot, user)
