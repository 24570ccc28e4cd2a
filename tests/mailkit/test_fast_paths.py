"""Where a shorter way is taken for ordinary mail, it leads to the same place as the long one."""

from __future__ import annotations

import base64
import quopri
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailkit import mime_headers, mime_reader
from mailkit.charsets import decode
from mailkit.mime_headers import base64_size, decode_base64, parse_headers, raw_text
from mailkit.mime_parts import decode_transfer
from mailkit.mime_sizes import regular_base64_size
from mailkit.mime_streams import decode_stream


def mixture(*pieces: bytes) -> st.SearchStrategy[list[bytes]]:
    return st.lists(st.sampled_from(pieces), max_size=14)


BASE64 = mixture(b"QUJD", b"Q", b"=", b"==", b"\r\n", b" ", b"-", b"!", b"\xff", b"+/9z")
QUOTED = mixture(b"=41", b"=", b"\r\n", b"\n", b"x", b"=4", b" ", b"=\r\n", b"=\r", b"=zz")
LINES = mixture(
    b"Subject", b"to", b"y" * 201, b":", b" :", b": x", b"\r\n", b"\n", b" ", b"\t", b"\r", b"\xe4", b"From "
)
LINE_ENDS = st.sampled_from([b"\n", b"\r\n"])
ENDS = st.sampled_from([b"", b"\r\n", b"\n\n"])
YEARS = (datetime(1000, 1, 1), datetime(2999, 12, 31))  # noqa: DTZ001  # local times
ZONES = st.sampled_from(["+0000", "-0000", "+0530", "-1145", "+1959"])
NO_DATES = ["Mon, 31 Feb 2026 10:00:00 +0000", "1 Jan 2026 24:00:00 +0000", "1 Jan 2026 10:00:60 +0000"]


@given(BASE64.map(b"".join))
@example(b"QUJD=QUJD")
def test_base64(data: bytes) -> None:
    assert decode_base64(data) == mime_headers._decode_odd_base64(data)
    assert base64_size(data) == len(decode_base64(data))


@given(BASE64 | QUOTED, st.sampled_from(["base64", "quoted-printable", "8bit", "x-uue"]))
def test_chunks_are_the_whole(chunks: list[bytes], encoding: str) -> None:
    assert b"".join(decode_stream(chunks, encoding)) == decode_transfer(b"".join(chunks), encoding)


def test_chunks_of_one_long_line_are_the_whole() -> None:
    line = quopri.encodestring(bytes(range(256)) * 2000).replace(b"=\n", b"")
    for size in (999, 70_000, 70_001, 70_002):
        chunks = [line[place : place + size] for place in range(0, len(line), size)]
        assert b"".join(decode_stream(chunks, "quoted-printable")) == decode_transfer(line, "quoted-printable")


@given(st.integers(3000, 6000), st.integers(1, 90), LINE_ENDS, ENDS)
def test_two_samples_tell_the_size_of_a_file(size: int, length: int, line_end: bytes, end: bytes) -> None:
    plain = base64.b64encode(bytes(size))
    written = line_end.join(plain[place : place + length] for place in range(0, len(plain), length)) + end
    assert regular_base64_size(written[:400], written[-400:], len(written)) == size


def test_two_samples_of_odd_lines_tell_nothing() -> None:
    lines = base64.encodebytes(bytes(5000))
    assert regular_base64_size(lines[:400], lines[-401:], len(lines) + 1) is None
    assert regular_base64_size(lines[:400].replace(b"A", b"!", 1), lines[-400:], len(lines)) is None
    assert regular_base64_size(b"x" * 400, b"x" * 400, 5000) is None


@given(LINES.map(b"".join))
def test_header_fields(head: bytes) -> None:
    headers, body_start = parse_headers(head, 0, len(head))
    if headers.fields:
        assert list(headers.fields) == mime_headers._unfold(head[:body_start])[0]
        assert all(headers.get_raw(name) == dict(reversed(headers.fields))[name] for name, _ in headers.fields)


@given(st.text(alphabet="ab \r\n\t\0=?é\x1b", max_size=20))
def test_header_text(text: str) -> None:
    value = text.encode()
    plain = mime_headers._FOLD.sub(" ", decode(value)).strip()
    assert "\x1b" in text or raw_text(value) == plain
    assert mime_headers.decode_words(plain + "=?") == mime_headers.decode_words(plain) + "=?"


@given(st.datetimes(*YEARS), ZONES)
def test_dates(local: datetime, zone: str) -> None:
    value = f"{local:%a, %d %b} {local.year:04} {local:%H:%M:%S} {zone}"
    found = mime_reader._parse_plain_date(value)
    assert found == mime_reader._parse_odd_date(value)
    assert found is not None
    assert found.tzinfo is UTC


@pytest.mark.parametrize("value", NO_DATES)
def test_dates_that_are_none(value: str) -> None:
    for read_date in (mime_reader._parse_plain_date, mime_reader._parse_odd_date):
        with pytest.raises(ValueError, match=r"."):
            read_date(value)
