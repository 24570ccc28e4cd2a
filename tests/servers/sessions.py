"""Sessions of every kind of server, for tests that must hold on all: ask for `server`, `user` and `connect`."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from mailkit.imap_session import ImapSession, open_imap
from mailkit.types import Security
from tests.servers.dovecot import DovecotServer
from tests.servers.fake_imap import FakeServer
from tests.servers.local import resolve_local
from tests.servers.pymap_server import PymapServer

Server = FakeServer | PymapServer | DovecotServer
Connect = Callable[[], ImapSession]
WHEN = datetime(2026, 3, 1, 12, 30, 5, tzinfo=UTC)


def letter(number: int = 1, body: str = "hello") -> bytes:
    head = f"From: bob@x.example\r\nSubject: number {number}\r\nMessage-ID: <{number}@x.example>\r\n"
    return f"{head}\r\n{body}\r\n".encode()


@pytest.fixture(
    params=[
        "fake",
        "pymap",
        pytest.param("dovecot", marks=pytest.mark.dovecot),
        pytest.param("dovecot-starttls", marks=pytest.mark.dovecot),
        pytest.param("dovecot-tls", marks=pytest.mark.dovecot),
    ]
)
def imap_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(imap_kind: str, request: pytest.FixtureRequest) -> Server:
    name = {"fake": "fake_server", "pymap": "pymap_server"}.get(imap_kind, "dovecot")
    found: Server = request.getfixturevalue(name)
    return found


@pytest.fixture
def user(server: Server) -> str:
    return server.new_user()


@pytest.fixture
def connect(imap_kind: str, server: Server, user: str, client_tls: ssl.SSLContext) -> Connect:
    security = {"dovecot-starttls": Security.STARTTLS, "dovecot-tls": Security.TLS}.get(imap_kind, Security.NONE)

    def open_session() -> ImapSession:
        if isinstance(server, FakeServer):
            return server.open(user)
        return open_imap(
            server.address(security),
            server.login(user),
            connect_seconds=10,
            read_seconds=10,
            tls=client_tls,
            resolve=resolve_local,
        )

    return open_session
