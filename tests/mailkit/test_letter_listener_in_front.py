"""A mail server in front of the listener, by LMTP: what it says of strangers, and what it is not blamed for."""

from __future__ import annotations

from tests.mailkit.listening import Start, desk, listener, start
from tests.servers.letter_listener import KNOWN, Dialogue, LetterListener, RecordingDesk

__all__ = ["desk", "listener", "start"]
TEXT = b"Subject: Hello\r\n\r\nText\r\n"


def begin(peer: Dialogue) -> None:
    assert peer.answer().startswith("220")
    assert peer.say("LHLO mail.acme.example").startswith("250")


def bring_letter(peer: Dialogue) -> None:
    peer.say("MAIL FROM:<bob@client.example>")
    peer.say(f"RCPT TO:<{KNOWN}>")
    peer.say("DATA")
    peer.send(TEXT + b".\r\n")
    assert peer.answer().startswith("250")


def test_postfix_says_address_and_name_by_two_commands(listener: LetterListener, desk: RecordingDesk) -> None:
    with Dialogue(listener.lmtp_port) as peer:
        begin(peer)
        assert peer.say("XFORWARD ADDR=192.0.2.7").startswith("250")
        assert peer.say("XFORWARD HELO=mx.client.example").startswith("250")
        bring_letter(peer)
    assert (desk.kept[0].envelope.peer, desk.kept[0].envelope.helo) == ("192.0.2.7", "mx.client.example")


def test_what_it_said_holds_for_one_letter(listener: LetterListener, desk: RecordingDesk) -> None:
    with Dialogue(listener.lmtp_port) as peer:
        begin(peer)
        peer.say("XFORWARD ADDR=192.0.2.7 HELO=mx.client.example")
        bring_letter(peer)
        bring_letter(peer)  # one of its own: a bounce
        peer.say("XFORWARD ADDR=192.0.2.8 HELO=mx.client.example")
        peer.say("RSET")
        bring_letter(peer)
    assert [kept.envelope.peer for kept in desk.kept] == ["192.0.2.7", "127.0.0.1", "127.0.0.1"]


def test_an_address_that_it_does_not_know_is_not_its_own(listener: LetterListener, desk: RecordingDesk) -> None:
    with Dialogue(listener.lmtp_port) as peer:
        begin(peer)
        peer.say("XFORWARD ADDR=[UNAVAILABLE] HELO=mx.client.example")
        bring_letter(peer)
    assert desk.kept[0].envelope.peer == ""


def test_strangers_who_name_wrong_addresses_do_not_end_its_connection(
    listener: LetterListener, desk: RecordingDesk
) -> None:
    with Dialogue(listener.lmtp_port) as peer:
        begin(peer)
        peer.say("MAIL FROM:<bob@client.example>")
        assert {peer.say(f"RCPT TO:<{number}@in.example>")[:3] for number in range(50)} == {"550"}
        bring_letter(peer)
    assert len(desk.kept) == 1


def test_it_has_all_the_connections_that_it_wants(start: Start) -> None:
    listener = start(peer_connections=1)
    with Dialogue(listener.lmtp_port) as first, Dialogue(listener.lmtp_port) as second:
        assert first.answer()[:3] == second.answer()[:3] == "220"
