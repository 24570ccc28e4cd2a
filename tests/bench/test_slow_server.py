"""The server of the polling benchmarks speaks enough IMAP for a client that we did not write."""

from __future__ import annotations

import imaplib
from collections.abc import Iterator

import pytest

from bench.polling_place import SlowServer, slow_server
from mailkit.network import tls_context


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlowServer]:
    with slow_server(tmp_path_factory.mktemp("slow")) as running:
        yield running


@pytest.fixture
def client(server: SlowServer) -> Iterator[imaplib.IMAP4_SSL]:
    connection = imaplib.IMAP4_SSL("localhost", server.port, ssl_context=tls_context(str(server.ca_file)))
    connection.login("ann", "password")
    yield connection
    connection.logout()


def test_a_letter_that_is_delivered_can_be_fetched(server: SlowServer, client: imaplib.IMAP4_SSL) -> None:
    assert b"MESSAGES 0 UIDNEXT 1" in client.status("INBOX", "(MESSAGES)")[1][0]
    server.deliver("ann", 7)
    client.select("INBOX", readonly=True)
    assert client.uid("SEARCH", "UID 1:*")[1] == [b"1"]
    (_, raw), _end = client.uid("FETCH", "1", "(FLAGS BODY.PEEK[])")[1]
    assert b"Subject: Arrival 7" in raw


def test_the_sent_folder_is_found_and_empty(client: imaplib.IMAP4_SSL) -> None:
    assert any(b"\\Sent" in line for line in client.list()[1] if isinstance(line, bytes))
    assert b"MESSAGES 0" in client.status("Sent", "(MESSAGES)")[1][0]
