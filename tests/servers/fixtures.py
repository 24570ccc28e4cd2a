"""Real mail servers as fixtures."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator

import pytest
import trustme
from pytest_django import Settings

from mailkit.network import tls_context
from tests.servers import dovecot as dovecot_process
from tests.servers.dns_server import DnsServer
from tests.servers.dovecot import DovecotServer
from tests.servers.fake_imap import FakeServer
from tests.servers.oauth_mail import OAuthMail
from tests.servers.oauth_server import CLIENT_ID, CLIENT_SECRET, OAuthServer
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
    server = _start_dovecot(mail_authority)
    yield server
    dovecot_process.stop(server)


def _start_dovecot(authority: trustme.CA, *, introspection_url: str = "") -> DovecotServer:
    if not dovecot_process.is_installed():
        reason = "Dovecot is not installed: apt-get install dovecot-imapd"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return dovecot_process.start(authority, introspection_url=introspection_url)


@pytest.fixture(scope="session")
def oauth_process() -> Iterator[OAuthServer]:
    server = OAuthServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def oauth_server(oauth_process: OAuthServer) -> OAuthServer:
    """A provider where people sign in, new for each test."""
    oauth_process.reset()
    return oauth_process


@pytest.fixture
def oauth_mail(
    oauth_server: OAuthServer, oauth_dovecot: DovecotServer, smtp_sink: SmtpSink, settings: Settings
) -> OAuthMail:
    """A provider with a sign-in page, IMAP and SMTP: "google" of this instance."""
    smtp_sink.owner_of_token = oauth_server.email_of
    provider = OAuthMail(oauth_server, oauth_dovecot, smtp_sink)
    settings.OAUTH_CLIENTS = {"google": (CLIENT_ID, CLIENT_SECRET)}
    settings.OAUTH_OVERRIDES = {"google": provider.overrides()}
    return provider


@pytest.fixture(scope="session")
def oauth_dovecot(mail_authority: trustme.CA, oauth_process: OAuthServer) -> Iterator[DovecotServer]:
    """A Dovecot that takes the tokens of that provider too."""
    server = _start_dovecot(mail_authority, introspection_url=oauth_process.introspection_url)
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


@pytest.fixture(scope="session")
def own_dns() -> Iterator[DnsServer]:
    server = DnsServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def dns_server(own_dns: DnsServer, settings: Settings) -> DnsServer:
    """What this instance asks about mail domains. It knows what the test adds, and nothing of the real DNS."""
    own_dns.reset()
    settings.DNS_SERVERS = [own_dns.address]
    return own_dns


def _server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context
