"""What is written into an mbox file is read out of it again, whatever stands in the letters."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.mbox import begins_letters, build_entry, read_letters

AT = datetime(2026, 5, 4, 9, 30, 15, tzinfo=UTC)
MOST = 10_000
# Lines of a letter as mail has them; those that quoting is about come often.
LINES = st.lists(st.sampled_from([b"From ", b">From x", b">>From y 10:00", b"", b"text", b"From a 10:00 2026", b">"]))


def file_of(*raws: bytes) -> io.BytesIO:
    return io.BytesIO(b"".join(b"".join(build_entry(raw, sender="a@b.example", received_at=AT)) for raw in raws))


def letter(body: bytes) -> bytes:
    return b"Subject: x\r\n\r\n" + body


@pytest.mark.rule("G16")
@given(st.lists(LINES, min_size=1, max_size=5))
def test_letters_come_out_as_they_went_in(bodies: list[list[bytes]]) -> None:
    raws = [letter(b"".join(line + b"\r\n" for line in lines)) for lines in bodies]
    found = list(read_letters(file_of(*raws), most_bytes=MOST))
    assert [one.raw for one in found] == raws
    assert {one.received_at for one in found} == {AT}


def test_reading_goes_on_at_the_end_of_any_letter() -> None:
    file = file_of(letter(b"one\r\n"), letter(b"two\r\n"), letter(b"three\r\n"))
    ends = [one.end for one in read_letters(file, most_bytes=MOST)]
    rest = [one.raw for one in read_letters(file, start=ends[0], most_bytes=MOST)]
    assert rest == [letter(b"two\r\n"), letter(b"three\r\n")]
    assert list(read_letters(file, start=ends[-1], most_bytes=MOST)) == []


def test_a_file_that_is_no_mbox_is_one_letter_to_the_byte() -> None:
    raw = letter(b"From nobody 10:00 2026\n\nFrom here 10:00 2026\n>From there")
    (found,) = read_letters(io.BytesIO(raw), most_bytes=MOST)
    assert (found.raw, found.received_at, found.end) == (raw, None, len(raw))


def test_a_line_of_text_that_nobody_quoted_begins_no_letter() -> None:
    file = io.BytesIO(b"From a@b Mon May  4 09:30:15 2026\nSubject: x\n\nHi\n\nFrom all of us\n")
    (found,) = read_letters(file, most_bytes=MOST)
    assert found.raw == letter(b"Hi\r\n\r\nFrom all of us\r\n")


@pytest.mark.parametrize("date", [b"Mon May  4 09:30:15 2026", b"Mon May 04 09:30:15 +0000 2026"])
def test_dates_of_other_programs_are_read(date: bytes) -> None:
    (found,) = read_letters(io.BytesIO(b"\n\nFrom 123@xxx " + date + b"\r\nSubject: x\r\n\r\nHi\r\n"), most_bytes=MOST)
    assert (found.received_at, found.raw) == (AT, letter(b"Hi\r\n"))


def test_a_letter_that_is_too_large_is_cut_and_the_next_one_is_whole() -> None:
    large, small = letter(b"x" * 30_000 + b"\r\n"), letter(b"small\r\n")
    first, second = read_letters(file_of(large, small), most_bytes=MOST)
    assert first.is_cut
    assert len(first.raw) <= MOST
    assert (second.is_cut, second.raw) == (False, small)


def test_a_sender_cannot_break_the_separator() -> None:
    file = io.BytesIO(b"".join(build_entry(letter(b"Hi\r\n"), sender="a b\nFrom c 10:00 2026", received_at=AT)))
    assert len(list(read_letters(file, most_bytes=MOST))) == 1


@pytest.mark.rule("G16")
@pytest.mark.parametrize("separator", [b"From \r\n", b"From - \r\n", b"From -\n"])
def test_separators_without_sender_and_date_divide_letters(separator: bytes) -> None:
    one, two = letter(b"one\r\n"), letter(b"From \r\n\r\nFrom - \r\nall of us\r\n")
    content = b"\r\n".join([separator + one, separator + two])
    assert begins_letters(content)
    found = list(read_letters(io.BytesIO(content), most_bytes=MOST))
    assert [each.raw for each in found] == [one, two]
    rest = list(read_letters(io.BytesIO(content), start=found[0].end, most_bytes=MOST))
    assert [each.raw for each in rest] == [two]


@pytest.mark.rule("G16")
@pytest.mark.parametrize(
    "second", [b">From - Sat Apr 12 2025 15:59:28\n", b"From - Sat Apr 12 15:59:28 2025\r\n", b">From \n"]
)
def test_a_second_separator_is_no_part_of_the_letter(second: bytes) -> None:
    content = b"From a@b Fri Apr 11 15:36:11 2025\n" + second + b"Subject: x\n\nHi\n"
    (found,) = read_letters(io.BytesIO(content), most_bytes=MOST)
    assert found.raw == letter(b"Hi\r\n")


@pytest.mark.parametrize("beginning", [b"", b"\n\n", b"From all of us\n", b"From \nall of us\n", b"\x00PK: \n"])
def test_what_is_no_mail_is_known_by_its_beginning(beginning: bytes) -> None:
    assert not begins_letters(beginning)
