"""Servers that repeat what they refuse: the password in their answer is shown to nobody and stored nowhere."""

from __future__ import annotations

import ssl
import traceback
from dataclasses import replace

import pytest

from mailkit.errors import LoginRefused
from mailkit.types import Secret
from tests.mailkit.hostile import HELLO, connect
from tests.mailkit.sending import deliver
from tests.servers.scripted_imap import ScriptedServer
from tests.servers.smtp_sink import SmtpSink


def told_by(error: BaseException) -> str:
    """All that a page or a log could say of it, causes included."""
    return "".join(traceback.format_exception(error)) + getattr(error, "reply", "")


@pytest.mark.parametrize("answer", [b"NO LOGIN bob secret-word failed", b'NO bad command: LOGIN "bob" "secret-word"'])
def test_an_imap_server_that_echoes_the_login(answer: bytes) -> None:
    server = ScriptedServer(HELLO, {"LOGIN": b"{tag} " + answer + b"\r\n"})
    with server.running(), pytest.raises(LoginRefused) as caught:
        connect(server)
    assert "secret-word" not in told_by(caught.value)
    assert "***" in caught.value.reply


@pytest.mark.parametrize("encoding", ["{secret}", "AHNlbmRlckBzaW5rLnRlc3QAd3Jvbmctc2VjcmV0"])
def test_an_smtp_server_that_echoes_the_login(smtp_sink: SmtpSink, client_tls: ssl.SSLContext, encoding: str) -> None:
    """As it was, or as AUTH PLAIN had it."""
    login = replace(smtp_sink.login(), secret=Secret("wrong-secret"))
    smtp_sink.replies["AUTH"] = f"535 5.7.8 AUTH PLAIN {encoding.format(secret='wrong-secret')} refused"
    with pytest.raises(LoginRefused) as caught:
        deliver(smtp_sink, client_tls, login=login)
    assert "wrong-secret" not in told_by(caught.value)
    assert "AHNlbmRlck" not in told_by(caught.value)
    assert "***" in caught.value.reply
