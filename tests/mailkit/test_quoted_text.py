"""A reply's own words."""

from __future__ import annotations

import pytest

from mailkit.quoted_text import snippet, split_quote, strip_quotes


@pytest.mark.parametrize(
    "quote",
    [
        "On Mon, 2 Mar 2026 at 10:00, Bob <bob@x.example> wrote:\n> old\n> words",
        "On Mon, 2 Mar 2026 at 10:00,\nBob wrote:\n> old",
        "пн, 2 мар. 2026 г. в 10:00, Иван <i@x.example>:\n> старое",
        "2 марта 2026, 10:00 Иван пишет:\n> старое",
        "El lun, 2 mar 2026, José escribió:\n> viejo",
        "-----Original Message-----\nFrom: Bob\nold",
        "From: Bob <bob@x.example>\nSent: Monday\nTo: Ann\n\nold",
        "От: Иван\nОтправлено: понедельник\nКому: Анна\n\nстарое",
        "________________________________\nFrom: Bob\nold",
        "> old\n> words",
        "On Mon, Bob wrote:\nold words of HTML without marks",
    ],
)
def test_the_quote_is_cut_off(quote: str) -> None:
    assert split_quote(f"Yes, please.\n\nAnn\n\n{quote}") == ("Yes, please.\n\nAnn", quote)


@pytest.mark.parametrize(
    "text", ["> question\nanswer\n> another\nanswer too", "> only a quote", "", "From: here\nto there"]
)
def test_answers_between_and_pure_quotes_stay_whole(text: str) -> None:
    assert split_quote(text) == (text, "")


def test_a_snippet_is_one_line_of_own_words() -> None:
    assert snippet("Yes,\n  please.\n\n> old") == "Yes, please."
    assert snippet("word " * 100).endswith("…")
    assert len(snippet("word " * 100)) <= 200


def test_lines_made_to_be_tried_in_every_way_are_read_once() -> None:
    """Years, brackets and signs that fit almost: each line took a tenth of a second."""
    line = f"{'1' * 120}<{'@' * 200}<{'x' * 60}:"
    assert strip_quotes("\n".join([line] * 3000)).startswith("1111")
    assert strip_quotes("Yes.\n\n2026-11-21 10:15 GMT+01:00 Bob <bob@x.example>:\n> Well?") == "Yes."


@pytest.mark.parametrize("line", ["пишет" + " " * 390 + "x:", "пишет " * 64 + "x:", "пишет(а)" * 45 + " : : :x:"])
def test_lines_that_nearly_introduce_a_quote_are_read_once(line: str) -> None:
    """They took a quarter of a minute."""
    assert split_quote("\n".join([line] * 3000))[1] == ""
