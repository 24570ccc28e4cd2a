"""Forms of our own HTML: their names, and how they look in a browser (M120)."""

from __future__ import annotations

import pytest

from mailkit.composed_html import clean_letter_html
from mailkit.form_names import FieldName, parse_field_name
from mailkit.form_reader import TRAP_NAME, prepare_forms, read_field_names, read_lost_names
from tests.mailkit.test_composed_forms import SEED_FORM

ADDRESS = "https://go.example.com/f/x?a=1&b=2"


@pytest.mark.rule("M121", "M122")
@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("lead[657261]", FieldName("lead", 657261)),
        ("Contact[ 11973 ]", FieldName("contact", 11973)),
        ("company[624637]", FieldName("company", 624637)),
        ("customer[5]", FieldName("customer", 5)),
        ("lead[620103][]", FieldName("lead", 620103, is_many=True)),
        ("lead[620103][1]", FieldName("lead", 620103, is_many=True)),
        ("field[Home  address]", FieldName("", name="Home address")),
        ("lead[x]", None),
        ("lead[0]", None),
        ("lead[1", None),
        ("leads[1]", None),
        ("field[]", None),
        ("field[ ]", None),
        ("", None),
        ("field[" + "x" * 101 + "]", None),
    ],
)
def test_names_are_read_as_people_write_them(written: str, name: FieldName | None) -> None:
    assert parse_field_name(written) == name


def test_a_name_is_one_field_whether_it_may_be_ticked_or_not() -> None:
    assert {parsed.key for text in ("lead[7]", "Lead[7][]") if (parsed := parse_field_name(text))} == {"lead[7]"}


@pytest.mark.rule("M120")
def test_the_names_of_the_manuals_form_are_found() -> None:
    assert read_field_names(clean_letter_html(SEED_FORM)) == [
        "lead[620105]",
        "lead[620103][]",
        "lead[657261]",
        "lead[620109]",
        "lead[620111]",
        "contact[11973]",
        "field[Home address]",
    ]


@pytest.mark.rule("M120")
def test_in_a_browser_a_form_posts_to_us() -> None:
    ready = prepare_forms(clean_letter_html('<form method="get" action="{formlink}">x</form>'), ADDRESS)
    assert ready.startswith('<form action="https://go.example.com/f/x?a=1&amp;b=2" method="post">')
    assert f'name="{TRAP_NAME}"' in ready
    assert ready.count("method=") == 1


def test_without_a_form_nothing_changes() -> None:
    html = clean_letter_html('<p title="a">x</p><form>y</form><a href="{formlink}">z</a>')
    assert prepare_forms(html, ADDRESS) == html


@pytest.mark.parametrize(
    ("html", "label"),
    [
        ('Comment: <input name="lead[1]" type="text">', "Comment"),
        ('<div>Device: <select name="lead[1]"><option>x</option></select></div>', "Device"),
        ('Payment: Cash: <input name="lead[1]" type="radio" value="Cash">', "Cash"),
        ('Delivery: <input name="lead[1]" type="checkbox" value="1">', "Delivery"),
        ('<p>Q &amp; A</p><input name="lead[1]" placeholder="Your &quot;name&quot;">', "Your &quot;name&quot;"),
        ('<textarea name="lead[1]"></textarea>', "lead[1]"),
    ],
)
def test_a_field_says_what_it_is_for(html: str, label: str) -> None:
    assert f'aria-label="{label}"' in prepare_forms(clean_letter_html(html), ADDRESS)


@pytest.mark.parametrize(
    "html",
    ['<label>Name <input name="lead[1]"></label>', '<label for="a">x</label><input id="a" name="lead[1]">'],
)
def test_a_field_with_a_label_keeps_it(html: str) -> None:
    assert "aria-label" not in prepare_forms(clean_letter_html(html), ADDRESS)


def test_a_large_form_takes_no_time() -> None:
    html = clean_letter_html('<form action="{formlink}">' + "Name: <input name='lead[1]'> " * 20_000)
    assert prepare_forms(html, ADDRESS).count("aria-label") == 20_000


@pytest.mark.rule("M120")
def test_names_that_cleaning_takes_away_are_told() -> None:
    written = (
        '<input name="lead[Price]"> <textarea name=wish></textarea> <input name="lead[7]"> <input type=submit name=go>'
    )
    assert read_lost_names(written) == ["lead[Price]", "wish"]
    assert read_lost_names(SEED_FORM) == []
