"""No credential leaves before TLS is verified."""

from __future__ import annotations

import ssl

import pytest

from mailkit.errors import TlsRefused
from mailkit.network import tls_context
from mailkit.smtp_sender import check_smtp
from mailkit.types import Security
from tests.mailkit.sending import deliver
from tests.servers.smtp_sink import SmtpSink


def test_starttls_and_implicit_tls_are_verified(
    starttls_sink: SmtpSink, tls_sink: SmtpSink, client_tls: ssl.SSLContext
) -> None:
    for sink in (starttls_sink, tls_sink):
        deliver(sink, client_tls)
        assert len(sink.letters) == 1


def test_an_unknown_authority_gets_no_password(starttls_sink: SmtpSink, tls_sink: SmtpSink) -> None:
    for sink in (starttls_sink, tls_sink):
        with pytest.raises(TlsRefused):
            deliver(sink, tls_context())
        assert sink.commands == []


def test_a_server_without_starttls_gets_no_password(smtp_sink: SmtpSink, client_tls: ssl.SSLContext) -> None:
    with pytest.raises(TlsRefused):
        deliver(smtp_sink, client_tls, server=smtp_sink.address(Security.STARTTLS))
    assert smtp_sink.commands == []


def test_without_tls_only_this_machine_is_reached(smtp_sink: SmtpSink, client_tls: ssl.SSLContext) -> None:
    with pytest.raises(TlsRefused):
        check_smtp(
            smtp_sink.address(),
            smtp_sink.login(),
            connect_seconds=1,
            read_seconds=1,
            tls=client_tls,
            resolve=lambda host, port: ["192.0.2.1"],
        )
