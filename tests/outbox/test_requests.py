"""What cannot be queued, and what the writer is told."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from outbox.errors import InvalidRecipient, InvalidSubject, NoRecipients, TooLarge, TooManyRecipients
from outbox.requests import MAX_RECIPIENTS, LetterRequest, checked_body, checked_subject, recipients_of


def letter(to: list[str], cc: list[str] | None = None, bcc: list[str] | None = None) -> LetterRequest:
    return LetterRequest(mailbox_id=1, to=to, cc=cc or [], bcc=bcc or [])


@pytest.mark.rule("A09", "A10", "M13")
def test_several_recipients_in_each_field() -> None:
    found = recipients_of(letter(["Ann <ann@a.example>", "b@b.example"], ["c@c.example"], ["d@d.example"]))
    assert [(one.kind.value, one.address.name, one.address.email) for one in found] == [
        ("to", "Ann", "ann@a.example"),
        ("to", "", "b@b.example"),
        ("cc", "", "c@c.example"),
        ("bcc", "", "d@d.example"),
    ]


def test_nobody_gets_the_same_letter_twice() -> None:
    found = recipients_of(letter(["ann@a.example"], ["ANN@A.example", "b@b.example"], ["b@B.example"]))
    assert [(one.kind.value, one.address.email) for one in found] == [("to", "ann@a.example"), ("cc", "b@b.example")]


@pytest.mark.rule("M94")
@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ann",
        "ann@",
        "@a.example",
        "ann@a",
        "ann@127.0.0.1",
        "ann@[127.0.0.1]",
        "a@a.example, b@b.example",
        "a b@a.example",
        "ann@a.example\r\nBcc: x@y.example",
        "Ann\r\nBcc: x@y.example <ann@a.example>",
        "A\x01nn <ann@a.example>",
        "A\u2028nn <ann@a.example>",
    ],
)
def test_an_address_nobody_can_be_written_to_is_named(typed: str) -> None:
    with pytest.raises(InvalidRecipient) as refused:
        recipients_of(letter(["fine@a.example"], [typed]))
    assert refused.value.field == "cc"
    assert refused.value.address == typed
    assert typed in refused.value.message
    assert refused.value.reason


def test_a_letter_needs_a_recipient() -> None:
    with pytest.raises(NoRecipients):
        recipients_of(letter([]))
    assert recipients_of(letter([], bcc=["only@bcc.example"]))


def test_recipients_are_limited() -> None:
    with pytest.raises(TooManyRecipients):
        recipients_of(letter([f"p{number}@a.example" for number in range(MAX_RECIPIENTS + 1)]))


@pytest.mark.parametrize("subject", ["a\nb", "a\r\nBcc: x@y.example", "a\0b", "a\x85b", "a\u2029b", "x" * 901])
def test_a_subject_is_one_line(subject: str) -> None:
    with pytest.raises(InvalidSubject):
        checked_subject(subject)


def test_an_ordinary_subject_stays() -> None:
    assert checked_subject("  Предложение №5 — 🎉 ") == "Предложение №5 — 🎉"


@pytest.mark.rule("M21")
def test_the_body_is_limited_in_bytes(settings: Settings) -> None:
    settings.BODY_MAX_BYTES = 10
    assert checked_body("ж" * 5) == "ж" * 5
    with pytest.raises(TooLarge) as refused:
        checked_body("ж" * 6)
    assert refused.value.field == "text"


def test_nul_and_half_characters_leave_the_body() -> None:
    assert checked_body("a\0b\ud800c") == "ab?c"
