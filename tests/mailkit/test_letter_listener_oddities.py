"""Peers that say odd things, and a full disk: the listener answers in order, and goes on."""

from __future__ import annotations

import resource

import pytest

from tests.mailkit.listening import Start, desk, listener, start
from tests.servers.letter_listener import KNOWN, Dialogue, LetterListener, RecordingDesk

__all__ = ["desk", "listener", "start"]
TEXT = b"Subject: Hello\r\n\r\nText\r\n"


def test_who_speaks_before_the_greeting_and_all_at_once_is_answered_in_order(
    listener: LetterListener, desk: RecordingDesk
) -> None:
    with Dialogue(listener.port) as peer:
        letter = TEXT + b".\r\n"
        peer.send(
            b"EHLO peer.example\r\nMAIL FROM:<bob@client.example>\r\nRCPT TO:<nobody@in.example>\r\n"
            b"RCPT TO:<acme@in.example>\r\nDATA\r\n" + letter + b"BDAT 4 LAST\r\nQUIT\r\n"
        )
        answers = [peer.answer()[:3] for _ in range(9)]
    assert answers == ["220", "250", "250", "550", "250", "354", "250", "500", "221"]
    assert [kept.raw for kept in desk.kept] == [TEXT]


def test_addresses_that_are_none_are_refused(listener: LetterListener) -> None:
    with Dialogue(listener.port) as peer:
        peer.answer()
        peer.say("EHLO peer.example")
        for path in ("bob@client.example", "<a b@client.example>", "<x\x00y@client.example>", "<" + "x" * 321 + ">"):
            assert peer.say(f"MAIL FROM:{path}")[:3] in ("501", "553")
        peer.send(b"MAIL FROM:<\xff\xfe@client.example>\r\n")
        assert peer.answer().startswith("553")
        assert peer.say("MAIL FROM:<bob@client.example> SIZE=²")[:3] in ("501", "553")


def test_what_no_row_can_hold_is_left_out_of_who_the_peer_says_it_is(
    listener: LetterListener, desk: RecordingDesk
) -> None:
    with Dialogue(listener.lmtp_port) as peer:
        peer.answer()
        peer.say("LHLO mail.acme.example")
        assert peer.say("XFORWARD ADDR=192.0.2.7 HELO=mx\x00\x01.client.example").startswith("250")
        peer.say("MAIL FROM:<bob@client.example>")
        peer.say(f"RCPT TO:<{KNOWN}>")
        peer.say("DATA")
        peer.send(TEXT + b".\r\n")
        assert peer.answer().startswith("250")
    [kept] = desk.kept
    assert (kept.envelope.peer, kept.envelope.helo) == ("192.0.2.7", "mx.client.example")


def test_when_the_disk_is_full_the_peer_keeps_the_letter(
    start: Start, desk: RecordingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = start()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))  # Python ignores SIGXFSZ: EFBIG, as ENOSPC would come
    try:
        with Dialogue(listener.port) as peer:
            peer.begin_letter()
            peer.send((b"x" * 900 + b"\r\n") * 1000 + b".\r\n")
            assert peer.answer().startswith("452")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert desk.faults == [("no_space", KNOWN)]
    with Dialogue(listener.port) as peer:
        peer.begin_letter()
        peer.send(TEXT + b".\r\n")
        assert peer.answer().startswith("250")
