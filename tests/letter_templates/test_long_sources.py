"""Letters of several megabytes with fields: all that stands outside of tags is left as it is (M21)."""

from __future__ import annotations

import pytest

from letter_templates.errors import TemplateRefused
from letter_templates.long_sources import shorten
from letter_templates.rendering import check, render
from letter_templates.sandbox import render_source

LONG = "<p>Здравствуйте & {welcome} 100%</p>\n" * 200_000
VALUES = {"user.name": "<Ann>", "a": ""}


@pytest.mark.rule("M21", "K52")
def test_a_letter_of_megabytes_is_checked_and_filled_in() -> None:
    source = f"{LONG}Dear {{{{ user.name }}}}{LONG}{{{{ a }}}}"
    check(source, list(VALUES))
    rendered = render(source, VALUES, format="html")
    assert rendered.text == f"{LONG}Dear &lt;Ann&gt;{LONG}"
    assert rendered.empty_fields == ("a",)


@pytest.mark.parametrize(
    "source",
    [
        "{% if a %}" + "x" * 300 + "{% else %}" + "y" * 300 + "{% endif %}",
        "a" * 300 + "  \n {{- user.name -}} \n" + "b" * 300 + "\n",
        "{{ user.name }}" + ("words\n" * 90) + "c" * 300 + "{# " + "}} {{ " * 90 + "#}" + "d" * 300,
        '{{ "}}' + "e" * 300 + '{{" }}' + "f" * 300,
        "{{ 'it\\'s }}' }}" + "\r\ng" * 300 + "\r\n",
        "h" * 300 + " 123 {{ a|default('-') }} }} %} #} { }",
        " " * 900 + "{{ a }}",
    ],
)
def test_it_is_rendered_as_if_nothing_had_been_cut_out(source: str) -> None:
    short = shorten(source)
    assert short is not None
    assert len(short.source) < len(source) or source.startswith(" ")
    text, _empty = render_source(short.source, VALUES, is_html=True)
    assert short.restore(text) == render_source(source, VALUES, is_html=True)[0]


@pytest.mark.parametrize("source", ["{% raw %}{{ x }}{% endraw %}", "{{ 'a", "{{ {} }}", "{% if a", "{# a"])
def test_what_cannot_be_told_apart_is_not_cut(source: str) -> None:
    assert shorten("x" * 300 + source) is None


def test_a_fault_behind_long_words_has_its_place() -> None:
    with pytest.raises(TemplateRefused) as caught:
        check(f"{LONG}one\ntwo {{{{ nobody }}}}", list(VALUES))
    assert (caught.value.line, caught.value.column) == (200_002, 8)


def test_a_value_cannot_name_what_was_cut_out() -> None:
    rendered = render(f"{LONG}{{{{ user.name }}}}", {"user.name": "0-0-"}, format="text")
    assert rendered.text.endswith("\n0-0-")
