"""Letters by SMTP and LMTP, from the standard library's clients (G03, K44)."""

from __future__ import annotations

import smtplib
import socket
import ssl
from pathlib import Path

import pytest
import trustme

from mailkit.smtp_letters import Limits
from tests.mailkit.listening import desk, listener, start
from tests.servers.letter_listener import BROKEN, KNOWN, OTHERS, Dialogue, LetterListener, RecordingDesk

__all__ = ["desk", "listener", "start"]
LETTER = b"From: Bob <bob@client.example>\r\nSubject: Hello\r\n\r\nFirst\r\n.dot\r\n..two\r\n\r\nLast\r\n"


def test_a_letter_comes_byte_for_byte(listener: LetterListener, desk: RecordingDesk) -> None:
    with smtplib.SMTP("127.0.0.1", listener.port, local_hostname="peer.example") as client:
        assert client.sendmail("bob@client.example", [KNOWN, *OTHERS], LETTER) == {}
        client.sendmail("", [KNOWN], LETTER)
    assert [kept.recipient for kept in desk.kept] == [KNOWN, *OTHERS, KNOWN]
    assert {kept.raw for kept in desk.kept} == {LETTER}
    first, *_others, bounce = [kept.envelope for kept in desk.kept]
    assert (first.mail_from, first.peer, first.helo) == ("bob@client.example", "127.0.0.1", "peer.example")
    assert bounce.mail_from == ""


@pytest.mark.rule("K44")
def test_a_wrong_address_is_refused_and_the_others_get_it(listener: LetterListener, desk: RecordingDesk) -> None:
    with smtplib.SMTP("127.0.0.1", listener.port) as client:
        refused = client.sendmail("bob@client.example", ["nobody@in.example", "x@elsewhere.example", KNOWN], LETTER)
    assert {code for code, _text in refused.values()} == {550}
    assert len({text for _code, text in refused.values()}) == 1
    assert [kept.recipient for kept in desk.kept] == [KNOWN]


def test_what_cannot_be_kept_is_not_accepted(listener: LetterListener, desk: RecordingDesk) -> None:
    with smtplib.SMTP("127.0.0.1", listener.port) as client, pytest.raises(smtplib.SMTPDataError) as refusal:
        client.sendmail("bob@client.example", [KNOWN, BROKEN], LETTER)
    assert refusal.value.smtp_code == 451
    assert [kept.recipient for kept in desk.kept] == [KNOWN]


def test_by_lmtp_each_recipient_has_an_answer(listener: LetterListener, desk: RecordingDesk) -> None:
    with Dialogue(listener.lmtp_port) as peer:
        assert peer.answer().startswith("220")
        assert peer.say("EHLO a").startswith("500")
        assert peer.say("LHLO mail.acme.example").startswith("250")
        assert peer.say("XFORWARD NAME=mx.client.example ADDR=192.0.2.7 HELO=mx.client.example").startswith("250")
        peer.say("MAIL FROM:<bob@client.example>")
        for recipient in (KNOWN, BROKEN, OTHERS[0]):
            peer.say(f"RCPT TO:<{recipient}>")
        assert peer.say("DATA").startswith("354")
        peer.send(LETTER + b".\r\n")
        assert [peer.answer()[:3] for _ in range(3)] == ["250", "451", "250"]
    envelope = desk.kept[0].envelope
    assert (envelope.peer, envelope.helo) == ("192.0.2.7", "mx.client.example")


def test_by_lmtp_with_the_standard_library(listener: LetterListener, desk: RecordingDesk) -> None:
    with smtplib.LMTP("127.0.0.1", listener.lmtp_port) as client:
        client.sendmail("bob@client.example", [KNOWN], LETTER)
    assert desk.kept[0].raw == LETTER


def test_only_lmtp_believes_who_the_peer_was(listener: LetterListener, desk: RecordingDesk) -> None:
    with smtplib.SMTP("127.0.0.1", listener.port) as client:
        client.ehlo()
        assert not client.has_extn("xforward")
        assert client.docmd("XFORWARD", "ADDR=192.0.2.7")[0] == 500


def test_a_letter_comes_encrypted(desk: RecordingDesk, tmp_path: Path, mail_authority: trustme.CA) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    mail_authority.issue_cert("localhost").configure_cert(context)
    listener = LetterListener(desk, tmp_path, limits=Limits(), tls=context)
    listener.start()
    trusting = ssl.create_default_context()
    mail_authority.configure_trust(trusting)
    with smtplib.SMTP("localhost", listener.port) as client:
        client.starttls(context=trusting)
        client.ehlo()
        assert not client.has_extn("auth")
        assert not client.has_extn("starttls")
        assert client.docmd("STARTTLS")[0] == 503
        client.sendmail("bob@client.example", [KNOWN], LETTER)
    listener.stop()
    assert desk.kept[0].raw == LETTER


def test_commands_sent_before_encryption_are_forgotten(
    desk: RecordingDesk, tmp_path: Path, mail_authority: trustme.CA
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    mail_authority.issue_cert("localhost").configure_cert(context)
    listener = LetterListener(desk, tmp_path, limits=Limits(), tls=context)
    listener.start()
    with Dialogue(listener.port) as peer:
        peer.answer()
        peer.say("EHLO peer.example")
        peer.send(b"STARTTLS\r\nMAIL FROM:<evil@client.example>\r\n")
        assert peer.answer().startswith("220")
        trusting = ssl.create_default_context()
        mail_authority.configure_trust(trusting)
        peer.socket.settimeout(20)
        with trusting.wrap_socket(peer.socket.dup(), server_hostname="localhost") as secure:
            secure.sendall(b"RCPT TO:<acme@in.example>\r\n")
            assert secure.recv(100).startswith(b"503")
    listener.stop()


def test_nobody_signs_in_or_asks_who_is_there(listener: LetterListener) -> None:
    with smtplib.SMTP("127.0.0.1", listener.port) as client:
        client.ehlo()
        assert set(client.esmtp_features) == {"size", "8bitmime", "smtputf8"}
        assert client.docmd("AUTH", "PLAIN AGEAYg==")[0] == 500
        assert client.docmd("EXPN", "all")[0] == 500
        assert client.verify(KNOWN)[0] == client.verify("nobody@in.example")[0] == 252


def test_a_name_with_other_letters_comes_as_it_is(listener: LetterListener, desk: RecordingDesk) -> None:
    with smtplib.SMTP("127.0.0.1", listener.port) as client:
        client.ehlo()
        client.mail("борис@клиент.example", ["SMTPUTF8"])
        client.rcpt(KNOWN)
        client.data(LETTER)
    assert desk.kept[0].envelope.mail_from == "борис@клиент.example"


def test_a_peer_that_leaves_in_the_middle_leaves_nothing(
    listener: LetterListener, desk: RecordingDesk, tmp_path: Path
) -> None:
    with Dialogue(listener.port) as peer:
        peer.begin_letter()
        peer.send(b"Subject: half\r\n")
        peer.socket.shutdown(socket.SHUT_RDWR)
    with smtplib.SMTP("127.0.0.1", listener.port) as client:
        client.sendmail("bob@client.example", [KNOWN], LETTER)
    assert [kept.raw for kept in desk.kept] == [LETTER]
    assert list(tmp_path.iterdir()) == []
