"""What a peer may not do to the listener: it ends, and the others are served (reliability.md 3c)."""

from __future__ import annotations

import smtplib

import pytest

from mailkit.smtp_letters import household_of
from tests.mailkit.listening import Start, desk, listener, start
from tests.servers.letter_listener import KNOWN, Dialogue, LetterListener, RecordingDesk

__all__ = ["desk", "listener", "start"]
TEXT = b"Subject: Hello\r\n\r\nText\r\n"


def send(listener: LetterListener, letter: bytes = TEXT) -> None:
    with smtplib.SMTP("127.0.0.1", listener.port) as client:
        client.sendmail("bob@client.example", [KNOWN], letter)


def test_a_letter_that_is_too_large_is_refused_at_its_end(start: Start, desk: RecordingDesk) -> None:
    listener = start(letter_bytes=10_000)
    with Dialogue(listener.port) as peer:
        peer.begin_letter()
        peer.send(b"x" * 900 + b"\r\n")
        peer.send((b"x" * 900 + b"\r\n") * 100 + b".\r\n")
        assert peer.answer().startswith("552")
        assert peer.say("NOOP").startswith("250")
    with smtplib.SMTP("127.0.0.1", listener.port) as client, pytest.raises(smtplib.SMTPSenderRefused):
        client.sendmail("bob@client.example", [KNOWN], b"x" * 10_001)  # it has read SIZE
    assert (desk.kept, desk.faults) == ([], [("too_large", KNOWN)])


def test_a_line_that_is_too_long_is_refused_and_what_follows_is_read_rightly(start: Start, desk: RecordingDesk) -> None:
    listener = start(line_bytes=5_000)
    with Dialogue(listener.port) as peer:
        peer.begin_letter()
        peer.send(b"Subject: x\r\n\r\n" + b"x" * 100_000 + b".\r\n.\r\n")
        assert peer.answer().startswith("554")
        assert peer.say("NOOP").startswith("250")
    assert desk.faults == [("line_too_long", KNOWN)]
    send(listener)
    assert len(desk.kept) == 1


def test_commands_have_their_limit_whatever_was_said_before(listener: LetterListener) -> None:
    with Dialogue(listener.port) as peer:
        peer.answer()
        for _ in range(20):
            assert peer.say("EHLO peer.example").startswith("250")
        assert peer.say("NOOP " + "x" * 990).startswith("250")
        assert peer.say("MAIL FROM:<" + "x" * 1000 + "@client.example>").startswith("500")
        assert peer.say("NOOP " + "x" * 200_000).startswith("500")
        assert peer.say("NOOP").startswith("250")


def test_a_letter_has_a_hundred_recipients_at_most(listener: LetterListener) -> None:
    with Dialogue(listener.port) as peer:
        peer.answer()
        peer.say("EHLO peer.example")
        peer.say("MAIL FROM:<bob@client.example>")
        peer.send(f"RCPT TO:<{KNOWN}>\r\n".encode() * 110)
        answers = [peer.answer()[:3] for _ in range(111)]
    assert answers[:100] == ["250"] * 100
    assert answers[100:110] == ["452"] * 10
    assert answers[110] == "421"


def test_who_is_named_again_and_again_gets_one_letter(listener: LetterListener, desk: RecordingDesk) -> None:
    """Or 35 MB would be written a hundred times."""
    with Dialogue(listener.port) as peer:
        peer.begin_letter(*[KNOWN] * 50)
        peer.send(TEXT + b".\r\n")
        assert peer.answer().startswith("250")
    assert len(desk.kept) == 1


@pytest.mark.parametrize(
    ("address", "household"),
    [("192.0.2.1", "192.0.2.1"), ("", ""), ("2001:db8::1", "2001:db8::/64"), ("2001:db8::f:0:0:9", "2001:db8::/64")],
)
def test_addresses_of_one_network_are_one_peer(address: str, household: str) -> None:
    assert household_of(address) == household


def test_ten_errors_end_the_connection(listener: LetterListener) -> None:
    with Dialogue(listener.port) as peer:
        peer.answer()
        assert [peer.say("MAIL FROM:<bob@client.example>")[:3] for _ in range(10)] == ["503"] * 10
        assert peer.answer().startswith("421")
        assert peer.answer() == ""


def test_one_peer_has_so_many_connections(start: Start) -> None:
    listener = start(peer_connections=2)
    with Dialogue(listener.port) as first, Dialogue(listener.port) as second:
        assert first.answer()[:3] == second.answer()[:3] == "220"
        with Dialogue(listener.port) as third:
            assert third.answer().startswith("421")
            assert third.answer() == ""
        first.say("QUIT")
        assert first.answer() == ""
        with Dialogue(listener.port) as fourth:
            assert fourth.answer().startswith("220")


def test_all_together_have_so_many_connections(start: Start) -> None:
    listener = start(connections=1)
    with Dialogue(listener.port) as first, Dialogue(listener.port) as second:
        assert first.answer()[:3] == "220"
        assert second.answer()[:3] == "421"


@pytest.mark.parametrize("so_far", [b"", b"EHLO peer.example\r\n", b"EHLO pe", b"NOOP\r\nNO"])
def test_who_says_nothing_more_is_sent_away(start: Start, so_far: bytes) -> None:
    with Dialogue(start(line_seconds=0.2).port) as peer:
        peer.send(so_far)
        while answer := peer.answer():
            last = answer
    assert last.startswith("421")


def test_who_drips_a_letter_is_sent_away(start: Start, desk: RecordingDesk) -> None:
    with Dialogue(start(line_seconds=0.2).port) as peer:
        peer.begin_letter()
        peer.send(b"Subject: slow\r\n\r\nx")
        assert peer.answer().startswith("421")
    assert desk.kept == []


def test_who_never_ends_a_letter_is_sent_away(start: Start, desk: RecordingDesk) -> None:
    """Each line comes in time; all of them take too long."""
    with Dialogue(start(letter_seconds=0.3).port) as peer:
        peer.begin_letter()
        is_open = True
        while is_open:
            try:
                peer.send(b"x\r\n" * 100)
            except OSError:
                is_open = False
    assert desk.kept == []


def test_commands_without_end_are_no_letter(start: Start) -> None:
    with Dialogue(start(letter_seconds=0.3).port) as peer:
        peer.answer()
        while (answer := peer.say("RSET")).startswith("250"):
            pass
    assert answer.startswith("421")
