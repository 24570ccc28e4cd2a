"""The reader of FETCH answers: against imapclient's on what both read, and on what servers make of the protocol."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.response_parser import parse_fetch_response

from mailkit.errors import ProtocolViolated
from mailkit.imap_fetch import (
    FetchAnswers,
    FetchLine,
    flags_of,
    read_internaldate,
    read_items,
    read_uid_set,
    read_words,
)

ATOM = st.sampled_from(["\\Seen", "$Junk", "12", "work", "\\*", "a{5}b", "[x]", "Kopie"])
QUOTED = st.text('ab \\"(){}[]ü\r', max_size=9)


def quoted(text: str) -> bytes:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return b'"' + escaped.encode() + b'"'


@given(uid=st.integers(1, 2**32 - 1), flags=st.lists(ATOM), name=QUOTED, raw=st.binary(max_size=200))
def test_it_reads_what_imapclient_reads(uid: int, flags: list[str], name: str, raw: bytes) -> None:
    head = f"(UID {uid} FLAGS ({' '.join(flags)}) ".encode()
    middle = b'INTERNALDATE " 1-Mar-2026 12:30:05 -0130" X-NAME ' + quoted(name) + b" BODY[] {%d}" % len(raw)
    ours = read_items([head + middle, raw, b" RFC822.SIZE 7 NOTHING NIL)"])
    theirs = parse_fetch_response(
        [(b"1 " + head + middle, raw), b" RFC822.SIZE 7 NOTHING NIL)"], normalise_times=False, uid_is_key=False
    )[1]
    assert int(ours[b"UID"]) == theirs[b"UID"]
    assert flags_of(ours) == {str(flag, "ascii") if isinstance(flag, bytes) else str(flag) for flag in theirs[b"FLAGS"]}
    assert read_internaldate(ours[b"INTERNALDATE"]) == theirs[b"INTERNALDATE"]
    assert (ours[b"BODY[]"], int(ours[b"RFC822.SIZE"]), ours[b"NOTHING"]) == (raw, 7, None)
    assert ours[b"X-NAME"] == name.encode()


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_any_bytes_are_words_or_a_violation(pieces: list[bytes]) -> None:
    try:
        words = read_words(pieces)
    except ProtocolViolated:
        return
    assert isinstance(words, list)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (b"17-Jul-1996 02:44:25 -0700", datetime(1996, 7, 17, 9, 44, 25, tzinfo=UTC)),
        (b" 1-jan-2026 00:00:00 +1400", datetime(2025, 12, 31, 10, 0, 0, tzinfo=UTC)),
        (b"1-Jan-2026 00:00:00", datetime(2026, 1, 1, tzinfo=UTC)),
        (b"1-Jan-2026 00:00:00 GMT", datetime(2026, 1, 1, tzinfo=UTC)),
        (b"1-Jan-2026 00:00:00 +9959", datetime(2026, 1, 1, tzinfo=UTC)),
        (b"31-Dec-2016 23:59:60 +0000", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (b"30-Feb-2026 00:00:00 +0000", None),
        (b"01-Jan-0001 00:00:00 +0100", None),
        (b"01-Mai-2026 00:00:00 +0000", None),
        (b"yesterday", None),
    ],
)
def test_dates(written: bytes, meant: datetime | None) -> None:
    assert read_internaldate(written) == meant


def answers_of(*lines: tuple[int, bytes] | None) -> FetchAnswers:
    """None: a letter is expunged here."""
    answers = FetchAnswers()
    for line in lines:
        if line is None:
            answers.note_expunged()
        else:
            answers.add(FetchLine(line[0], [line[1]]))
    return answers


def test_an_answer_in_two_parts_is_one() -> None:
    found = answers_of((1, b"(UID 5 RFC822.SIZE 7)"), (1, b"(FLAGS (\\Seen))")).by_uid()
    assert {uid: sorted(items) for uid, items in found.items()} == {5: [b"FLAGS", b"RFC822.SIZE", b"UID"]}


def test_numbers_mean_other_letters_after_an_expunge() -> None:
    found = answers_of((5, b"(UID 10 X a)"), None, (5, b"(UID 11 X b)"), None, (4, b"(FLAGS (\\Seen))")).by_uid()
    assert {uid: items[b"X"] for uid, items in found.items()} == {10: b"a", 11: b"b"}
    assert not any(b"FLAGS" in items for items in found.values())


def test_sets_of_uids_are_bounded() -> None:
    assert read_uid_set([b"3:5,9", b"7,20:18"], up_to=19, limit=100) == {3, 4, 5, 7, 9, 18, 19}
    assert read_uid_set([b"1:4294967295"], up_to=4294967295, limit=100) is None
    assert read_uid_set([b"1:4294967295"], up_to=3, limit=100) == {1, 2, 3}
    with pytest.raises(ProtocolViolated):
        read_uid_set([b"1:*"], up_to=3, limit=100)
