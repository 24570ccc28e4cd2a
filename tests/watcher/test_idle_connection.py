"""What a connection in IDLE tells, and what it takes for its end."""

from __future__ import annotations

import select

import pytest

from mailkit.errors import (
    ConnectionFailed,
    LoginRefused,
    MailError,
    PermanentMailError,
    ProtocolViolated,
    PushNotOffered,
    ServerThrottled,
)
from mailkit.imap_idle import MAX_BYTES, MAX_LINE_BYTES, Event, IdleConnection
from tests.watcher.conftest import OpenIdle
from tests.watcher.idle_server import IdleServer

USER = "anna"
SECONDS = 10


def next_events(connection: IdleConnection) -> frozenset[Event]:
    """As the loop does it: read when the selector says so, until something has happened."""
    while True:
        readable, _, _ = select.select([connection], [], [], SECONDS)
        assert readable, "the server is silent"
        if events := connection.read_events():
            return events


def read_to_the_end(connection: IdleConnection) -> None:
    while select.select([connection], [], [], SECONDS)[0]:
        connection.read_events()


@pytest.mark.rule("A06")
@pytest.mark.parametrize(
    ("lines", "event"),
    [
        (["4 EXISTS", "1 RECENT"], Event.NEW),
        (["2 EXPUNGE"], Event.GONE),
        (["VANISHED 7:9"], Event.GONE),
        (["2 FETCH (FLAGS (\\Seen) UID 7)"], Event.FLAGS),
    ],
)
def test_what_happens_in_the_inbox_is_told(
    idle_server: IdleServer, open_inbox: OpenIdle, lines: list[str], event: Event
) -> None:
    connection = open_inbox(idle_server, USER)
    idle_server.say(USER, *lines)
    assert next_events(connection) == {event}


def test_noise_and_a_number_that_is_known_are_no_news(idle_server: IdleServer, open_inbox: OpenIdle) -> None:
    connection = open_inbox(idle_server, USER)
    idle_server.say(USER, "OK Still here", "3 EXISTS", "0 RECENT", "CAPABILITY IMAP4rev1")
    idle_server.say(USER, "1 EXPUNGE")
    assert next_events(connection) == {Event.GONE}
    idle_server.say(USER, "3 EXISTS")  # one went, another came
    assert next_events(connection) == {Event.NEW}


def test_a_line_may_come_in_pieces(idle_server: IdleServer, open_inbox: OpenIdle) -> None:
    connection = open_inbox(idle_server, USER)
    idle_server.send(USER, b"* 4 EX")
    select.select([connection], [], [], SECONDS)
    assert connection.read_events() == frozenset()
    idle_server.send(USER, b"ISTS\r\n")
    assert next_events(connection) == {Event.NEW}


def test_reading_does_not_wait_when_nothing_is_there(idle_server: IdleServer, open_inbox: OpenIdle) -> None:
    assert open_inbox(idle_server, USER).read_events() == frozenset()


def test_renewal_is_answered(idle_server: IdleServer, open_inbox: OpenIdle) -> None:
    connection = open_inbox(idle_server, USER)
    connection.renew()
    assert not connection.is_idling
    while not connection.is_idling:
        assert select.select([connection], [], [], SECONDS)[0]
        connection.read_events()
    [client] = idle_server.idling(USER)
    assert client.heard == ["LOGIN", "EXAMINE", "IDLE", "DONE", "IDLE"]


@pytest.mark.parametrize("end", ["hang_up", "reset"])
def test_the_end_of_a_connection_is_an_error(idle_server: IdleServer, open_inbox: OpenIdle, end: str) -> None:
    connection = open_inbox(idle_server, USER)
    getattr(idle_server, end)(USER)
    with pytest.raises(ConnectionFailed):
        read_to_the_end(connection)


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"* BYE Autologout\r\n", ConnectionFailed),
        (b"* BYE Too many connections\r\n", ServerThrottled),
        (b"P1 BAD Request is throttled. Suggested Backoff Time: 1500 milliseconds\r\n", ServerThrottled),
        (b"P1 OK IDLE ended by the server\r\n", ConnectionFailed),
        (b"HTTP/1.1 400 Bad Request\r\n", ProtocolViolated),
        (b"* OK " + b"x" * 2 * MAX_LINE_BYTES, ProtocolViolated),
        (b"* 2 FETCH (FLAGS (\\Seen))\r\n" * (2 * MAX_BYTES // 27), ProtocolViolated),
    ],
)
def test_what_no_server_in_idle_says_ends_it(
    idle_server: IdleServer, open_inbox: OpenIdle, raw: bytes, error: type[MailError]
) -> None:
    connection = open_inbox(idle_server, USER)
    idle_server.send(USER, raw)
    with pytest.raises(error) as caught:
        read_to_the_end(connection)
    assert getattr(caught.value, "retry_after", None) in (None, 1.5)


def test_a_server_without_idle_is_named(plain_server: IdleServer, open_inbox: OpenIdle) -> None:
    plain_server.capabilities = b"IMAP4rev1"
    with pytest.raises(PushNotOffered):
        open_inbox(plain_server, USER)


def test_a_server_that_refuses_idle_is_no_accident(plain_server: IdleServer, open_inbox: OpenIdle) -> None:
    plain_server.idle_answer = b"{tag} NO not today\r\n"
    with pytest.raises(PermanentMailError, match="refused"):
        open_inbox(plain_server, USER)


def test_a_wrong_password_is_named_and_not_told(plain_server: IdleServer, open_inbox: OpenIdle) -> None:
    plain_server.password = "changed"
    with pytest.raises(LoginRefused):
        open_inbox(plain_server, USER)
