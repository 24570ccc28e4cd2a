"""What real senders get wrong, or do in ways few expect: small letters, each with one oddity."""

from __future__ import annotations

import pytest

from mailkit.charsets import decode
from mailkit.letter_reader import list_files, read_letter
from mailkit.mime_reader import parse_message

MIXED = b"Content-Type: multipart/mixed; boundary=b\n\n"


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("cp-850", b"\x82", "é"),
        ("utf8mb4", b"\xe2\x82\xac", "€"),
        ("x-sjis", b"\x89\xbf", "価"),
        ("gb2312", b"\x81\x30\x81\x30", "\x80"),  # only gb18030 has it
        ("iso-8859-8-i", b"\xf9", "ש"),
        ("ks_c_5601-1987", b"\xb0\xa1", "가"),
        ("us-ascii", b"\x93x\x94", "“x”"),
        ("iso-8859-1", b"\x80", "€"),
        ("ISO-2022-JP", b"\x1b$B2A\x1b(B", "価"),
        ("utf-7", b"+ADw-\xe4", "+ADw-ä"),
        ("zip", b"x\x9c\xff", "xœÿ"),
        ("rot13", b"uryyb", "uryyb"),
        ("'utf-8'", b"\xff\xc3\xa4", "\ufffdä"),
        ("unknown-8bit", b"\xd0\xb6", "ж"),
        ("utf-8", b"\xef\xbb\xbfa\0b", "ab"),
    ],
)
def test_charsets_as_they_are_meant(charset: str, data: bytes, text: str) -> None:
    assert decode(data, charset) == text


@pytest.mark.parametrize(
    ("head", "subject"),
    [
        (b"Subject: =?utf-8?q?=D0?=\n =?utf-8?q?=B6?=", "ж"),
        (b"Subject: =?utf-8?q?a?= =?iso-8859-1?q?=E4?= b", "aä b"),
        (b"Subject: =?utf-8*de?q?gr=C3=BCn?=", "grün"),
        (b"Subject: one\nSubject: two", "one"),
        (b"Subject : x", "x"),
        (b"Subject: a\rb", "a b"),
        (b"Subject: \xf0\xd2\xc9\xd7\xc5\xd4\nContent-Type: text/plain; charset=koi8-r", "Привет"),
        (b"X-Other: x", ""),
    ],
)
def test_subjects(head: bytes, subject: str) -> None:
    assert parse_message(head + b"\n\nx").subject == subject


def test_of_two_senders_the_first_counts_and_both_are_read() -> None:
    message = parse_message(b"From: a@x.example\nFrom: b@x.example\nTo: c@x.example\nTo: d@x.example\n\nx")
    assert message.sender is not None
    assert message.sender.email == "a@x.example"
    assert [address.email for address in message.to] == ["c@x.example", "d@x.example"]
    assert parse_message(b"To: undisclosed-recipients:;\n\nx").sender is None


@pytest.mark.parametrize("date", [b"Mon, 32 Jan 2026 10:00:00 +0000", b"2026", b"0", b"Thu, 1 Jan 99999 0:0:0 +9999"])
def test_wrong_dates_are_no_dates(date: bytes) -> None:
    message = parse_message(b"Date: " + date + b"\n\nx")
    assert message.sent_at is None
    assert message.defects == ("bad_date",)


@pytest.mark.rule("K62")
def test_files_of_a_letter_inside_are_not_those_of_the_letter() -> None:
    inside = b"--i\nContent-Type: a/b; name=deep\n\nx\n--i--\n"
    inner = b"Subject: inside\nContent-Type: multipart/mixed; boundary=i\n\n" + inside
    forwarded = b"--b\nContent-Type: message/rfc822\n\n" + inner
    raw = MIXED + b"--b\n\nwords\n" + forwarded + b"--b\nContent-Type: application/ms-tnef\n\nT\n--b--"
    letter = read_letter(raw)
    names = {part.section: part.filename for part in letter.parsed.attachments}
    assert names == {"2": "message.eml", "3": "winmail.dat"}
    assert letter.text == "words"
    assert dict(list_files(raw)) == {"2": inner.removesuffix(b"\n"), "3": b"T"}


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        (b"--b\n\none\n--bb\n\ntwo\n--b--", "one\n--bb\n\ntwo"),  # a boundary that begins another
        (b"--b\n\none\n--b\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\n--b--\n", "one"),  # nothing inside
        (b"--b\n\none\n--b\n\ntwo", "one\ntwo"),  # never closed
        (b"--b\n\none\n--b--\n--b\n\nafter the end\n", "one"),
        (b"--b\nContent-Transfer-Encoding: base64\n\nb25l!!\n--b--", "one"),
        (b"--b\nContent-Transfer-Encoding: 7-bit?\n\none=41\n--b--", "one=41"),
        (b"--b\n\nbegin 644 a.txt\n#0V%T\n`\nend\n--b--", "begin 644 a.txt\n#0V%T\n`\nend"),
        (b"--b\nContent-Type: text/plain; format=flowed; delsp=yes\n\none \ntwo\n--b--", "onetwo"),
        (b"--b\nContent-Type: text\n\none\rtwo\r\n--b--", "one\ntwo"),
    ],
)
def test_bodies(body: bytes, texts: str) -> None:
    assert parse_message(MIXED + body).text == texts


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b'attachment; filename*0="a b"; filename*1=c.pdf', "a bc.pdf"),
        (b"attachment; filename*1*=%D0%B6.pdf; filename*0*=utf-8'ru'%D0%B6", "жж.pdf"),
        (b"attachment; filename=plain.pdf; filename*=koi8-r''%C1.pdf", "а.pdf"),
        (b"attachment; filename*=%41.pdf", "A.pdf"),
        (b'attachment; filename="=?utf-8?b?0LYucGRm?="', "ж.pdf"),
        (b'attachment; filename="C:\\\\Users\\\\bob\\\\a.pdf"', "a.pdf"),
        (b"attachment; filename=../../etc/passwd", "passwd"),
        (b'attachment; filename="a\xe2\x80\xaefdp.exe"', "afdp.exe"),
        (b"attachment", "attachment-1"),
    ],
)
def test_names_of_files(disposition: bytes, name: str) -> None:
    (part,) = parse_message(b"Content-Type: a/b\nContent-Disposition: " + disposition + b"\n\nx").attachments
    assert part.filename == name


def test_an_invitation_is_a_file_even_as_an_alternative() -> None:
    invitation = b"--b\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN\n--b--"
    message = parse_message(b"Content-Type: multipart/alternative; boundary=b\n\n--b\n\nCome\n" + invitation)
    assert (message.text, [part.filename for part in message.attachments]) == ("Come", ["invite.ics"])
