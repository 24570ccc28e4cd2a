"""Sending: what is accepted, what is refused and by whom, and when nobody can tell."""

from __future__ import annotations

import ssl
from dataclasses import replace

import pytest

from mailkit.errors import (
    ConnectionFailed,
    HostRefused,
    LetterRefused,
    LoginRefused,
    MailError,
    OutcomeUnknown,
    RecipientRefused,
    TemporaryMailError,
    UnsafeText,
)
from mailkit.network import resolve_public
from mailkit.types import Secret, Security, ServerAddress
from tests.mailkit.sending import RAW, deliver
from tests.servers.smtp_sink import SmtpSink


def test_a_letter_arrives_byte_for_byte(smtp_sink: SmtpSink, client_tls: ssl.SSLContext) -> None:
    result = deliver(smtp_sink, client_tls)
    assert smtp_sink.letters[0].raw == RAW
    assert (smtp_sink.letters[0].mail_from, smtp_sink.letters[0].recipients) == ("a@x.example", ("b@x.example",))
    assert (result.code, [one.is_accepted for one in result.recipients]) == (250, [True])


def test_the_caller_hears_of_data_before_the_body_flows(smtp_sink: SmtpSink, client_tls: ssl.SSLContext) -> None:
    seen: list[tuple[list[str], int]] = []
    deliver(smtp_sink, client_tls, on_data_accepted=lambda: seen.append((list(smtp_sink.commands), 0)))
    assert seen == [(["AUTH PLAIN", "MAIL", "RCPT"], 0)]


def test_a_caller_that_objects_sends_nothing(smtp_sink: SmtpSink, client_tls: ssl.SSLContext) -> None:
    def object_to_it() -> None:
        raise LookupError("another worker has it")

    with pytest.raises(LookupError):
        deliver(smtp_sink, client_tls, on_data_accepted=object_to_it)
    assert smtp_sink.letters == []


@pytest.mark.rule("G04")
def test_a_connection_lost_after_the_letter_is_an_unknown_outcome(
    smtp_sink: SmtpSink, client_tls: ssl.SSLContext
) -> None:
    smtp_sink.drop_after_data = True
    with pytest.raises(OutcomeUnknown):
        deliver(smtp_sink, client_tls)
    assert len(smtp_sink.letters) == 1


@pytest.mark.parametrize(
    ("command", "reply", "error"),
    [
        ("MAIL", "451 4.3.0 later", TemporaryMailError),
        ("MAIL", "550 5.7.1 no", LetterRefused),
        ("RCPT", "450 4.2.0 greylisted", TemporaryMailError),
        ("RCPT", "550 5.1.1 no such user", RecipientRefused),
        ("DATA", "452 4.3.1 full", TemporaryMailError),
        ("DATA", "554 5.5.1 no", LetterRefused),
        ("DOT", "451 4.7.1 try again", TemporaryMailError),
        ("DOT", "554 5.7.1 spam", LetterRefused),
    ],
)
def test_replies_become_errors_by_consequence(
    smtp_sink: SmtpSink, client_tls: ssl.SSLContext, command: str, reply: str, error: type[MailError]
) -> None:
    smtp_sink.replies[command] = reply
    with pytest.raises(error) as caught:
        deliver(smtp_sink, client_tls)
    assert caught.value.code == int(reply[:3])
    assert caught.value.reply == reply[4:]
    assert smtp_sink.letters == []


def test_results_are_told_for_each_recipient(smtp_sink: SmtpSink, client_tls: ssl.SSLContext) -> None:
    smtp_sink.replies["RCPT bad@x.example"] = "550 5.1.1 no such user"
    result = deliver(smtp_sink, client_tls, recipients=("good@x.example", "bad@x.example"))
    assert [(one.email, one.is_accepted, one.code) for one in result.recipients] == [
        ("good@x.example", True, 250),
        ("bad@x.example", False, 550),
    ]


def test_a_wrong_password_is_tried_once(smtp_sink: SmtpSink, client_tls: ssl.SSLContext) -> None:
    wrong = replace(smtp_sink.login(), secret=Secret("wrong"))
    with pytest.raises(LoginRefused):
        deliver(smtp_sink, client_tls, login=wrong)
    assert smtp_sink.commands == ["AUTH PLAIN"]


@pytest.mark.parametrize(
    "recipient", ["b@x.example\r\nRCPT TO:<c@x.example", "b@x.example> NOTIFY=NEVER", "b\0@x.example", ""]
)
def test_a_recipient_is_never_a_command(smtp_sink: SmtpSink, client_tls: ssl.SSLContext, recipient: str) -> None:
    with pytest.raises(UnsafeText):
        deliver(smtp_sink, client_tls, recipients=(recipient,))
    assert "RCPT" not in smtp_sink.commands


def test_a_dead_port_and_a_private_address_are_told_apart(smtp_sink: SmtpSink, client_tls: ssl.SSLContext) -> None:
    with pytest.raises(ConnectionFailed) as caught:
        deliver(smtp_sink, client_tls, server=ServerAddress("localhost", 1, Security.TLS))
    assert caught.value.step == "connect"
    with pytest.raises(HostRefused):
        resolve_public("localhost", 25)
