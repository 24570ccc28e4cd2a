"""A second letter inside of a first one: what one server takes for the end, the next does not ("SMTP smuggling")."""

from __future__ import annotations

import pytest

from tests.mailkit.listening import desk, listener, start
from tests.servers.letter_listener import KNOWN, Dialogue, LetterListener, RecordingDesk

__all__ = ["desk", "listener", "start"]
SECOND = b"MAIL FROM:<evil@client.example>\r\nRCPT TO:<acme@in.example>\r\nDATA\r\nSubject: smuggled\r\n\r\n"
# How some servers let a letter end.
BARE_ENDS = [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\n.\r", b"\r.\n", b"\r\r\n.\r\r\n"]
BARE_ENDS += [b"\n\n.\r\n", b"\r\n.\r\r\n", b"\r\n.\n\r\n"]
ODD_ENDS = [b"\r\n\x00.\r\n", b"\x00\r\n.\x00\r\n", b"\r\n.\x00\r\n", b"\r\n\xa0.\r\n", b"\r\n .\r\n", b"\r\n. \r\n"]


def send_two(listener: LetterListener, end: bytes) -> str:
    """The answer to what may be one letter or two."""
    with Dialogue(listener.port) as peer:
        peer.begin_letter()
        peer.send(b"Subject: first\r\n\r\nText" + end + SECOND + b"\r\n.\r\n")
        answer = peer.answer()
        assert peer.say("NOOP") == "250 OK"  # nothing of the second was a command
        return answer


@pytest.mark.parametrize("end", BARE_ENDS, ids=repr)
def test_cr_or_lf_alone_is_refused(end: bytes, listener: LetterListener, desk: RecordingDesk) -> None:
    assert send_two(listener, end).startswith("554")
    assert (desk.kept, desk.faults) == ([], [("bare_line_end", KNOWN)])


@pytest.mark.parametrize("end", ODD_ENDS, ids=repr)
def test_a_letter_ends_with_crlf_dot_crlf_only(end: bytes, listener: LetterListener, desk: RecordingDesk) -> None:
    assert send_two(listener, end).startswith("250")
    assert [b"smuggled" in kept.raw for kept in desk.kept] == [True]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_an_end_in_pieces_is_an_end(size: int, listener: LetterListener, desk: RecordingDesk) -> None:
    letter = b"Subject: first\r\n\r\nText\r\n.\r\n"
    with Dialogue(listener.port) as peer:
        peer.begin_letter()
        for start_at in range(0, len(letter), size):
            peer.send(letter[start_at : start_at + size])
        assert peer.answer().startswith("250")
    assert desk.kept[0].raw == letter.removesuffix(b".\r\n")


def test_an_empty_letter_is_one(listener: LetterListener, desk: RecordingDesk) -> None:
    with Dialogue(listener.port) as peer:
        peer.begin_letter()
        peer.send(b".\r\n")
        assert peer.answer().startswith("250")
    assert desk.kept[0].raw == b""
