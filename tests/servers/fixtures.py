"""Real mail servers as fixtures."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator

import pytest
import trustme

from mailkit.network import tls_context
from tests.servers import dovecot as dovecot_process
from tests.servers.dovecot import DovecotServer
from tests.servers.fake_imap import FakeServer
from tests.servers.pymap_server import PymapServer
from tests.servers.sessions import connect, imap_kind, server, user
from tests.servers.smtp_sink import SmtpSink

__all__ = ["connect", "imap_kind", "server", "user"]  # fixtures from tests.servers.sessions


@pytest.fixture(scope="session")
def mail_authority() -> trustme.CA:
    """The authority that signs the certificates of the test servers."""
    return trustme.CA()


@pytest.fixture(scope="session")
def mail_ca_file(mail_authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    mail_authority.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture(scope="session")
def client_tls(mail_ca_file: str) -> ssl.SSLContext:
    """What a client verifies the test servers with."""
    return tls_context(mail_ca_file)


@pytest.fixture(scope="session")
def dovecot(mail_authority: trustme.CA) -> Iterator[DovecotServer]:
    """A real Dovecot. Where it is not installed these tests are skipped, loudly; in CI that is a failure."""
    if not dovecot_process.is_installed():
        reason = "Dovecot is not installed: apt-get install dovecot-imapd"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    server = dovecot_process.start(mail_authority)
    yield server
    dovecot_process.stop(server)


@pytest.fixture(scope="session")
def pymap_server() -> Iterator[PymapServer]:
    server = PymapServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def fake_server() -> FakeServer:
    return FakeServer()


@pytest.fixture(scope="session")
def plain_sink() -> Iterator[SmtpSink]:
    sink = SmtpSink()
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture
def smtp_sink(plain_sink: SmtpSink) -> SmtpSink:
    """An SMTP server without TLS, empty for each test."""
    plain_sink.reset()
    return plain_sink


@pytest.fixture
def starttls_sink(mail_authority: trustme.CA) -> Iterator[SmtpSink]:
    """An SMTP server that demands STARTTLS."""
    sink = SmtpSink(_server_tls(mail_authority))
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture
def tls_sink(mail_authority: trustme.CA) -> Iterator[SmtpSink]:
    """An SMTP server that speaks TLS from the first byte."""
    sink = SmtpSink(_server_tls(mail_authority), implicit=True)
    sink.start()
    yield sink
    sink.stop()


def _server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context
