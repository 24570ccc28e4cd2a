"""What is typed into the search box as a value: operators of three languages, phrases, dates."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threads.search_query import Question, SearchRefused, Term, Where, parse_question, unknown_operators

TODAY = date(2026, 3, 14)


def parse(typed: str) -> Question:
    return parse_question(typed, today=TODAY)


@pytest.mark.rule("G05")
@pytest.mark.parametrize(
    ("typed", "term"),
    [
        ("offer", Term("offer")),
        ("-offer", Term("offer", is_excluded=True)),
        ('"two words"', Term("two words", is_phrase=True)),
        ('-"two words', Term("two words", is_phrase=True, is_excluded=True)),
        ("from:anna", Term("anna", Where.FROM)),
        ("FROM:anna@client.example", Term("anna@client.example", Where.FROM)),
        ('from:"Anna Petrova"', Term("Anna Petrova", Where.FROM, is_phrase=True)),
        ("от:анна", Term("анна", Where.FROM)),
        ("de:ana", Term("ana", Where.FROM)),
        ("-to:boss", Term("boss", Where.TO, is_excluded=True)),
        ("кому:босс", Term("босс", Where.TO)),
        ("para:jefe", Term("jefe", Where.TO)),
        ("cc:bob", Term("bob", Where.CC)),
        ("копия:bob", Term("bob", Where.CC)),
        ("subject:offer", Term("offer", Where.SUBJECT)),
        ("тема:счёт", Term("счёт", Where.SUBJECT)),
        ("asunto:factura", Term("factura", Where.SUBJECT)),
        ("has:attachment", Term("has:attachment", Where.MARK)),
        ("-has:files", Term("has:attachment", Where.MARK, is_excluded=True)),
        ("есть:вложение", Term("has:attachment", Where.MARK)),
        ("tiene:adjunto", Term("has:attachment", Where.MARK)),
        ("-in:sent", Term("in:sent", Where.MARK, is_excluded=True)),
        ("re:offer", Term("re:offer")),
        ("https://x.example/a", Term("https://x.example/a")),
        ("has:fun", Term("has:fun")),
        ("12:30", Term("12:30")),
    ],
)
def test_one_term(typed: str, term: Term) -> None:
    assert parse(typed) == Question(terms=(term,))


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("in:sent", Question((Term("in:sent", Where.MARK),), folder="sent")),
        ("в:входящие", Question((Term("in:inbox", Where.MARK),), folder="inbox")),
        ("en:papelera", Question(folder="deleted")),
        ("in:support", Question(mailboxes=("support",))),
        ("after:2026-03-02", Question(after=date(2026, 3, 2))),
        ("before:2026/3/2", Question(before=date(2026, 3, 2))),
        ("-before:02.03.2026", Question(after=date(2026, 3, 2))),
        ("после:2.3.2026", Question(after=date(2026, 3, 2))),
        ("antes:02/03/2026", Question(before=date(2026, 3, 2))),
        ("after:2026-03", Question(after=date(2026, 3, 1))),
        ("before:2026", Question(before=date(2026, 1, 1))),
        ("after:yesterday", Question(after=date(2026, 3, 13))),
        ("до:сегодня", Question(before=TODAY)),
        ("from:", Question()),
        ('subject:""', Question()),
        ("", Question()),
    ],
)
def test_folders_mailboxes_and_days(typed: str, question: Question) -> None:
    assert parse(typed) == question


def test_an_unknown_operator_with_a_phrase_is_plain_words() -> None:
    assert parse('foo:"bar baz"').terms == (Term("foo:bar baz"),)


@pytest.mark.parametrize(
    ("typed", "unknown"),
    [("is:unread offer", ["is:"]), ("label:a Is:b label:c", ["label:", "Is:"]), ("от:anna https://a.example", [])],
)
def test_operators_that_there_are_not_can_be_told(typed: str, unknown: list[str]) -> None:
    assert unknown_operators(typed) == unknown


@pytest.mark.parametrize("typed", ["before:soon", "after:2026-02-30", "до:31.02.2026", "before:2026-13-01"])
def test_a_wrong_date_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(SearchRefused) as caught:
        parse(typed)
    assert caught.value.field == "q"
    assert typed in caught.value.message
    assert "2026-03-14" in caught.value.message


@given(st.text(st.sampled_from("abяñ:\"- \t\n\0\\'()&|!*<>in from before"), max_size=60))
def test_anything_typed_is_a_question_or_refused(typed: str) -> None:
    try:
        question = parse(typed)
    except SearchRefused:
        return
    assert all(term.text.strip() for term in question.terms)
