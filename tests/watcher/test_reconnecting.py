"""A connection that is lost, or only seems to be there, is made again; and what came meanwhile is fetched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.flows.waiting import eventually
from tests.watcher.conftest import QUICK, MakeWatched, Watch
from tests.watcher.idle_server import IdleServer


@pytest.mark.rule("A06")
@pytest.mark.parametrize("end", ["hang_up", "reset"])
def test_a_lost_connection_is_made_again_and_the_mailbox_visited(
    watching: Watch, watched: MakeWatched, idle_server: IdleServer, end: str
) -> None:
    mailbox = watched(idle_server, "anna")
    with watching() as office:
        first = idle_server.wait_for("anna")
        office.waits_for_wake(mailbox)
        getattr(idle_server, end)("anna")
        eventually(lambda: idle_server.idling("anna") not in ([], [first]), timeout=20)
        office.waits_for_wake(mailbox)
        idle_server.say("anna", "4 EXISTS")
        office.waits_for_wake(mailbox)


@pytest.mark.parametrize("line", ["BYE Autologout", "garbage\r\n\0\1\2", "OK " + "x" * 200_000])
def test_a_server_that_says_goodbye_or_nonsense_is_called_again(
    watching: Watch, watched: MakeWatched, plain_server: IdleServer, line: str
) -> None:
    watched(plain_server, "anna")
    with watching():
        first = plain_server.wait_for("anna")
        plain_server.say("anna", line)
        eventually(lambda: plain_server.idling("anna") not in ([], [first]), timeout=20)


def test_a_connection_is_renewed_and_stays(watching: Watch, watched: MakeWatched, idle_server: IdleServer) -> None:
    watched(idle_server, "anna")
    with watching(replace(QUICK, renew=0.1)):
        client = idle_server.wait_for("anna")
        eventually(lambda: client.heard.count("IDLE") > 3, timeout=20)
        assert idle_server.logins == ["anna"]


def test_a_server_that_does_not_answer_to_a_renewal_is_given_up(
    watching: Watch, watched: MakeWatched, idle_server: IdleServer
) -> None:
    idle_server.done_answer = b""
    watched(idle_server, "anna")
    with watching(replace(QUICK, renew=0.1, answer=0.1)):
        first = idle_server.wait_for("anna")
        eventually(lambda: len(idle_server.logins) > 1, timeout=20)
        assert first.heard[:4] == ["LOGIN", "EXAMINE", "IDLE", "DONE"]


def test_a_server_without_idle_is_left_to_the_clock(
    watching: Watch, watched: MakeWatched, plain_server: IdleServer
) -> None:
    plain_server.capabilities = b"IMAP4rev1"
    watched(plain_server, "anna")
    with watching() as office:
        eventually(lambda: plain_server.logins, timeout=20)
        eventually(lambda: office.watcher.counts() == {"waiting": 1}, timeout=20)
        eventually(lambda: not plain_server.clients, timeout=20)
        assert plain_server.logins == ["anna"]


def test_the_end_is_polite(watching: Watch, watched: MakeWatched, idle_server: IdleServer) -> None:
    watched(idle_server, "anna")
    with watching():
        client = idle_server.wait_for("anna")
    eventually(lambda: client.heard[-2:] == ["DONE", "LOGOUT"], timeout=20)
