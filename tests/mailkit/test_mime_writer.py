"""What we write is what others read; no value breaks out of its header."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailkit.errors import UnsafeText
from mailkit.mime_reader import parse_message
from mailkit.mime_writer import build_message, new_message_id
from mailkit.types import Address, OutgoingAttachment, OutgoingLetter

LETTER = OutgoingLetter(
    sender=Address("ann@acme.example", "Ann"),
    to=(Address("bob@x.example", "Bob"),),
    cc=(),
    subject="Offer",
    text="Hello",
    html="",
    message_id="1@acme.example",
    date=datetime(2026, 3, 1, 12, tzinfo=UTC),
)
NAMES = st.text(st.characters(blacklist_categories=["C", "Z"]), min_size=1, max_size=40)
BODIES = st.text(st.characters(blacklist_categories=["Cs", "Cc"], whitelist_characters="\n"), max_size=300)


@settings(max_examples=200)
@given(subject=NAMES, name=NAMES, text=BODIES, html=BODIES, filename=NAMES, content=st.binary(max_size=200))
def test_the_reader_reads_what_the_writer_wrote(
    subject: str, name: str, text: str, html: str, filename: str, content: bytes
) -> None:
    file = OutgoingAttachment(filename, "application/pdf", content)
    sender = Address("ann@acme.example", name)
    letter = replace(LETTER, subject=subject, sender=sender, text=text, html=html, attachments=(file,))
    raw = build_message(letter)
    message = parse_message(raw)
    assert (message.subject, message.sender) == (subject, sender)
    assert message.attachments[0].size == len(content)
    if text.strip("\n") and html.strip():
        assert (message.text, message.html) == (text.strip("\n"), html)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def test_names_of_files_come_through() -> None:
    for filename in ("offer.pdf", "Отчёт за март.pdf", "日本語のとても長いファイル名" * 5 + ".txt", 'quote".txt'):
        raw = build_message(replace(LETTER, attachments=(OutgoingAttachment(filename, "text/plain", b"x"),)))
        assert parse_message(raw).attachments[0].filename == filename.replace('"', "'")


def test_the_structure_is_what_programs_expect() -> None:
    files = (
        OutgoingAttachment("a.png", "image/png", b"x", "logo@acme"),
        OutgoingAttachment("b.pdf", "application/pdf", b"y"),
    )
    raw = build_message(replace(LETTER, html='<img src="cid:logo@acme">', attachments=files))
    message = parse_message(raw)
    assert [(part.section, part.is_inline) for part in message.attachments] == [("1.2.2", True), ("2", False)]
    assert (message.text, message.html) == ("Hello", '<img src="cid:logo@acme">')
    assert raw.count(b"MIME-Version:") == 1


def test_replies_name_what_they_answer() -> None:
    message = parse_message(build_message(replace(LETTER, in_reply_to="b@x", references=("a@x", "b@x"))))
    assert (message.in_reply_to, message.references, message.message_id) == ("b@x", ("a@x", "b@x"), "1@acme.example")


def test_a_domain_of_other_letters_goes_out_as_ascii() -> None:
    raw = build_message(replace(LETTER, to=(Address("a@пример.рф", "Аня"),)))
    assert b"<a@xn--e1afmkfd.xn--p1ai>" in raw


@pytest.mark.parametrize("broken", ["a\r\nBcc: c@x.example", "a\nb", "a\rb", "a\0b", "a\x0bb", "a\u2028b", "a\x85b"])
def test_no_value_breaks_out_of_its_header(broken: str) -> None:
    file = OutgoingAttachment(broken, "text/plain", b"")
    for letter in (
        replace(LETTER, subject=broken),
        replace(LETTER, sender=Address("ann@acme.example", broken)),
        replace(LETTER, to=(Address(f"{broken}@x.example"),)),
        replace(LETTER, cc=(Address(f"a@{broken}"),)),
        replace(LETTER, message_id=f"{broken}@x"),
        replace(LETTER, references=(f"{broken}@x",)),
        replace(LETTER, extra_headers={"X-A": broken}),
        replace(LETTER, extra_headers={broken: "x"}),
        replace(LETTER, attachments=(file,)),
    ):
        with pytest.raises(UnsafeText):
            build_message(letter)


def test_extra_headers_replace_none_of_ours() -> None:
    with pytest.raises(UnsafeText):
        build_message(replace(LETTER, extra_headers={"from": "x"}))


def test_message_ids_are_never_twice_the_same() -> None:
    assert new_message_id("acme.example") != new_message_id("acme.example")
    assert new_message_id("пример.рф").endswith("@xn--e1afmkfd.xn--p1ai")
