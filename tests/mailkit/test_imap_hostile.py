"""Servers that lie, or that someone sits in front of."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from mailkit.errors import (
    ConnectionFailed,
    LoginRefused,
    MailError,
    ServerThrottled,
    TemporaryMailError,
    TlsRefused,
    UnsafeText,
)
from mailkit.imap_session import open_imap
from mailkit.network import tls_context
from mailkit.types import Login, Secret, Security, ServerAddress
from tests.mailkit.hostile import HELLO, connect
from tests.servers.scripted_imap import ScriptedServer


def refused(greeting: bytes, answers: Mapping[str, bytes], *, security: Security = Security.NONE) -> MailError:
    """The error of signing in, after which no password may have been heard if TLS was asked for."""
    with ScriptedServer(greeting, answers).running() as server:
        with pytest.raises(MailError) as caught:
            connect(server, security=security)
        assert security is Security.NONE or not any(b"secret-word" in line for line in server.heard)
    return caught.value


def test_preauth_on_plaintext_is_refused() -> None:
    for security in (Security.NONE, Security.STARTTLS):
        assert isinstance(refused(b"* PREAUTH welcome\r\n", {}, security=security), TlsRefused)


@pytest.mark.parametrize(
    "answers",
    [
        {},  # STARTTLS is not offered
        {"CAPABILITY": b"* CAPABILITY IMAP4rev1 STARTTLS\r\n{tag} OK done\r\n", "STARTTLS": b"{tag} NO not today\r\n"},
        {"CAPABILITY": b"* CAPABILITY IMAP4rev1 STARTTLS\r\n{tag} OK done\r\n", "STARTTLS": b"{tag} BAD what\r\n"},
        {
            "CAPABILITY": b"* CAPABILITY IMAP4rev1 STARTTLS\r\n{tag} OK done\r\n",
            "STARTTLS": b"{tag} OK go\r\n* OK [CAPABILITY IMAP4rev1] injected\r\nnot tls at all\r\n",
        },
    ],
)
def test_without_starttls_no_password_is_sent(answers: dict[str, bytes]) -> None:
    error = refused(HELLO, answers, security=Security.STARTTLS)
    assert error.step == "tls"
    assert isinstance(error, (TlsRefused, ConnectionFailed))


def test_a_plain_port_taken_for_tls_is_no_secret_told() -> None:
    error = refused(HELLO, {}, security=Security.TLS)
    assert isinstance(error, (TlsRefused, ConnectionFailed))
    assert error.step == "tls"


@pytest.mark.parametrize(
    ("reply", "kind", "retry_after"),
    [
        (b"NO [AUTHENTICATIONFAILED] Invalid credentials", LoginRefused, None),
        (b"NO [UNAVAILABLE] Temporary authentication failure", TemporaryMailError, None),
        (b"NO [ALERT] Too many simultaneous connections. (Failure)", ServerThrottled, None),
        (b"NO [LIMIT] LOGIN Rate limit hit", ServerThrottled, None),
        (b"BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds", ServerThrottled, 299.961),
        (b"BAD User is authenticated but not connected.", ServerThrottled, None),
        (b"NO [PRIVACYREQUIRED] Plaintext authentication disallowed", TlsRefused, None),
    ],
)
def test_refusals_at_the_login_are_told_apart(reply: bytes, kind: type[MailError], retry_after: float | None) -> None:
    error = refused(HELLO, {"LOGIN": b"{tag} " + reply + b"\r\n"})
    assert type(error) is kind
    assert error.step == "login"
    assert "secret-word" not in f"{error} {error.reply} {error.__cause__}"
    assert retry_after is None or (isinstance(error, ServerThrottled) and error.retry_after == retry_after)


@pytest.mark.parametrize(
    "greeting", [b"* BYE Too many connections\r\n", b"\r\n", b"HTTP/1.1 400\r\n\r\n", b"\xff" * 50 + b"\r\n"]
)
def test_strange_greetings_are_errors_of_ours(greeting: bytes) -> None:
    assert isinstance(refused(greeting, {}), MailError)


def test_a_user_name_is_never_a_command() -> None:
    with ScriptedServer(HELLO, {}).running() as server:
        with pytest.raises(UnsafeText):
            connect(server, username="bob\r\nX LOGOUT")
        with connect(server, username='b"o b\\'):
            pass
        assert server.heard[1].endswith(b'LOGIN "b\\"o b\\\\" "secret-word"\r\n')


def test_localhost_is_the_only_plaintext_host() -> None:
    with pytest.raises(TlsRefused):
        open_imap(
            ServerAddress("localhost", 143, Security.NONE),
            Login("bob", Secret("secret-word")),
            connect_seconds=5,
            read_seconds=5,
            tls=tls_context(),
            resolve=lambda host, port: ["192.0.2.1"],
        )
