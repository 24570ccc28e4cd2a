"""In a preview a form is drawn: nothing can be typed there, and its author sees where the fields are."""

from __future__ import annotations

import pytest

from mailkit.composed_html import clean_letter_html
from mailkit.form_sketch import sketch_forms
from mailkit.html_cleaner import clean_html
from tests.mailkit.test_composed_forms import SEED_FORM


def drawn(html: str) -> str:
    return clean_html(sketch_forms(clean_letter_html(html))).html


@pytest.mark.rule("M18")
def test_the_form_of_the_manual_is_seen_in_a_preview() -> None:
    shown = drawn(SEED_FORM)
    assert "Laptop ▾" in shown
    assert "Cash: ○ Online: ○" in shown
    assert "Cleaning: ☐" in shown
    assert ">Send</span>" in shown
    assert not any(tag in shown for tag in ("<form", "<input", "<select", "<option"))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<input name="lead[1]" value="a &lt;b&gt;">', "a &lt;b&gt;"),
        ('<input type="checkbox" name="lead[1]" checked>', "☑"),
        ('<select name="lead[1]"><option>x<option selected>y</select>', "y ▾"),
        ("<select></select>", " ▾"),
        ('<textarea name="lead[1]">typed</textarea>', "typed"),
        ("<button>Go <b>on</b></button>", "Go <b>on</b></span>"),
    ],
)
def test_each_kind_of_field_is_drawn(html: str, text: str) -> None:
    assert text in drawn(html)


def test_fields_without_end_take_no_time() -> None:
    assert drawn("<select name='lead[1]'><option>" * 10_000)
