"""Hostile letters: limits are kept, something is shown, nothing is raised."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailkit.mime_reader import parse_message, strip_attachments
from tests.mailkit.test_mails import CASES, read

NESTED = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(1000))


@pytest.mark.parametrize(
    ("raw", "defect"),
    [
        (NESTED + b"\n\ntext", "too_deep"),
        (b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 5000, "too_many_parts"),
        (b"Subject: " + b"x" * 70_000 + b"\n\nbody", "headers_too_large"),
        (b"X-A: 1\n" * 1200 + b"\nbody", "headers_too_large"),
        (b"X-A: " + b"y" * 60_000 + b"\n" + (b"X-B: " + b"y" * 60_000 + b"\n") * 5 + b"\nbody", "headers_too_large"),
        (b"Content-Type: multipart/mixed; boundary=none\n\nonly words", "no_parts"),
        (b"Date: 99 Foo 99999 99:99:99 +9999\n\nx", "bad_date"),
    ],
)
def test_over_a_limit_the_defect_is_noted(raw: bytes, defect: str) -> None:
    assert defect in parse_message(raw).defects


def test_the_first_text_is_shown_beyond_the_limits() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nfirst\n" + b"--b\n\nx\n" * 5000
    assert parse_message(raw).text.startswith("first\n")
    assert parse_message(b"Content-Type: multipart/mixed\n\nonly words").text == "only words"


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Type: text/plain" + b";" * 60_000,
        b"Content-Type: text/plain; a" + b" " * 60_000,
        b'Content-Disposition: attachment; filename="' + b"\\" * 60_000,
        b"Content-Type: a/b; " + b"a*1*=x;" * 9_000,
        b"Subject:" + b" " * 800_000,
        b"Subject: " + b"=?" * 30_000,
        b"Subject: " + b"=?utf-8?q?x?= " * 4_000,
        b"To: " + b"(" * 60_000,
        b"To: " + b"a@b.example," * 5_000,
        b"To: a@" + b":" * 60_000,
        b'From: "' + b"\\" * 60_000,
        b"References: " + b"<" * 60_000,
        b"Date: " + b"1" * 60_000,
    ],
)
def test_headers_that_are_quadratic_elsewhere_are_read(head: bytes) -> None:
    message = parse_message(head + b"\n\nbody")
    assert message.text in {"body", ""}
    assert len(message.to) <= 500


def test_nul_and_strange_charsets_never_reach_the_text() -> None:
    for charset in (b"zip", b"hex", b"rot13", b"utf-7", b"undefined", b"unicode_escape", b"../etc", b"\xff"):
        message = parse_message(b"Subject: a\0b\nContent-Type: text/plain; charset=" + charset + b"\n\nA\0+ADw-\\x41")
        assert message.text == "A+ADw-\\x41"
        assert message.subject == "ab"


@given(st.binary(max_size=2000))
def test_any_bytes_are_a_letter(raw: bytes) -> None:
    parse_message(raw)
    strip_attachments(raw)


@settings(max_examples=300)
@given(st.sampled_from(CASES), st.data())
def test_damaged_letters_are_letters(case: str, data: st.DataObject) -> None:
    raw = bytearray(read(case))
    for place in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=20)):
        raw[place] = data.draw(st.integers(0, 255))
    start = data.draw(st.integers(0, len(raw)))
    message = parse_message(bytes(raw[start:]))
    assert "\0" not in message.text + message.html + message.subject
    (message.text + message.subject).encode("utf-8")  # no lone surrogates
