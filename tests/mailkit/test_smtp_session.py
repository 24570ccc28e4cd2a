"""A session carries letter after letter; after one that was refused the server is told to forget it."""

from __future__ import annotations

import ssl

import pytest

from mailkit.errors import RecipientRefused
from tests.mailkit.sending import RAW, connect
from tests.servers.smtp_sink import SmtpSink


def test_letters_go_one_after_the_other_with_one_sign_in(smtp_sink: SmtpSink, client_tls: ssl.SSLContext) -> None:
    with connect(smtp_sink, client_tls) as session:
        for _ in range(3):
            session.send(mail_from="a@x.example", recipients=["b@x.example"], raw=RAW, on_data_accepted=lambda: None)
            assert session.is_ready()
        assert session.letter_count == 3
    assert [letter.raw for letter in smtp_sink.letters] == [RAW] * 3
    assert smtp_sink.commands.count("AUTH PLAIN") == 1
    assert "RSET" not in smtp_sink.commands


def test_a_refused_letter_leaves_nothing_to_the_next(smtp_sink: SmtpSink, client_tls: ssl.SSLContext) -> None:
    smtp_sink.replies["RCPT bad@x.example"] = "550 5.1.1 no such user"
    with connect(smtp_sink, client_tls) as session:
        with pytest.raises(RecipientRefused):
            session.send(mail_from="a@x.example", recipients=["bad@x.example"], raw=RAW, on_data_accepted=lambda: None)
        assert session.is_ready()
        session.send(mail_from="a@x.example", recipients=["b@x.example"], raw=RAW, on_data_accepted=lambda: None)
    assert [letter.recipients for letter in smtp_sink.letters] == [("b@x.example",)]


def test_a_server_that_hung_up_is_not_ready(smtp_sink: SmtpSink, client_tls: ssl.SSLContext) -> None:
    session = connect(smtp_sink, client_tls)
    smtp_sink.hang_up()
    assert not session.is_ready()
    session.close()
    session.close()
