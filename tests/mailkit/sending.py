"""Sending one letter to a sink."""

from __future__ import annotations

import ssl
from collections.abc import Callable

from mailkit.smtp_sender import SmtpSession, open_smtp
from mailkit.types import Login, ServerAddress, SmtpResult
from tests.servers.local import resolve_local
from tests.servers.smtp_sink import SmtpSink

RAW = b"From: a@x.example\r\nSubject: s\r\n\r\nhello\r\n.\r\n..two\r\nend\r\n"


def deliver(
    sink: SmtpSink,
    tls: ssl.SSLContext,
    *,
    recipients: tuple[str, ...] = ("b@x.example",),
    login: Login | None = None,
    server: ServerAddress | None = None,
    mail_from: str = "a@x.example",
    on_data_accepted: Callable[[], None] = lambda: None,
) -> SmtpResult:
    with connect(sink, tls, login=login, server=server) as session:
        return session.send(mail_from=mail_from, recipients=recipients, raw=RAW, on_data_accepted=on_data_accepted)


def connect(
    sink: SmtpSink, tls: ssl.SSLContext, *, login: Login | None = None, server: ServerAddress | None = None
) -> SmtpSession:
    return open_smtp(
        server or sink.address(),
        login or sink.login(),
        connect_seconds=10,
        read_seconds=10,
        tls=tls,
        resolve=resolve_local,
    )
