"""Fields filled in: what may be written, what becomes of empty ones, and where a fault is."""

from __future__ import annotations

import pytest

from letter_templates.errors import TemplateRefused
from letter_templates.rendering import Format, check, render

VALUES: dict[str, str | int] = {"contact.first_name": "Ann", "contact.phone": "", "lead.price": 1200, "CODE": "x1"}


def text_of(source: str, form: Format = "text") -> str:
    return render(source, VALUES, format=form).text


@pytest.mark.rule("K52")
@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Dear {{contact.first_name}},", "Dear Ann,"),
        ("Dear {{ contact.first_name }},", "Dear Ann,"),
        ("{{ CODE }} {{ lead.price }}", "x1 1200"),
        ("Dear {{ contact.first_name|default('friend') }}", "Dear Ann"),
        ("Call {{ contact.phone|default('us') }}", "Call us"),
        ("Call {{contact.phone|default('')}}.", "Call ."),
        ("{{ contact.first_name|upper }} {{ ' a b '|trim|title }}", "ANN A B"),
        ("{% if contact.phone %}Call{% else %}Write{% endif %}", "Write"),
        ("{% if contact.phone == '' %}no phone{% endif %}", "no phone"),
        ("{% if contact.first_name == 'Ann' and not contact.phone %}yes{% elif CODE %}no{% endif %}", "yes"),
        ("{{ contact.phone ~ '-' ~ CODE }}{{ 'a' if contact.phone else 'b' }}", "-x1b"),
        ("{% raw %}{{ as it is }}{% endraw %}{# not seen #}", "{{ as it is }}"),
        ("no fields: {a} 100% <b>\n", "no fields: {a} 100% <b>\n"),
        ("lines\n{{ CODE }}\n", "lines\nx1\n"),
    ],
)
def test_what_may_be_written(source: str, text: str) -> None:
    check(source, VALUES)
    assert text_of(source) == text


@pytest.mark.rule("K52", "M18")
def test_empty_fields_without_a_default_are_listed_once() -> None:
    source = "{{ contact.phone }} {{ contact.phone|upper }} {{ a }} {{ b|default('x') }}{% if c %}{{ d }}{% endif %}"
    values = {"contact.phone": "", "a": "", "b": "", "c": "", "d": ""}
    assert render(source, values, format="html").empty_fields == ("contact.phone", "a")


def test_html_escapes_values_and_constants_but_not_its_own_text() -> None:
    values = {"name": "<i>&\"'"}
    found = render("<b>{{ name }}</b>{{ '<u>' }}{{ missing|default('<') }}", {**values, "missing": ""}, format="html")
    assert found.text == "<b>&lt;i&gt;&amp;&#34;&#39;</b>&lt;u&gt;&lt;"
    assert render("{{ name }}", values, format="text").text == "<i>&\"'"


@pytest.mark.rule("K52")
@pytest.mark.parametrize(
    ("source", "reason", "field", "line", "column"),
    [
        ("{{ contact.nam }}", "unknown_field", "contact.nam", 1, 4),
        ("Dear\r\n you, {{contact.first_name}} {{ contact.last }}", "unknown_field", "contact.last", 2, 33),
        ("contact.x {%- if CODE %}\n\n {{ CODE }}{{contact . x}}{% endif %}", "unknown_field", "contact.x", 3, 14),
        ("{{ b }} {{ a }}", "unknown_field", "b", 1, 4),
        ("{{ contact }}", "unknown_field", "contact", 1, 4),
        ("{{ CODE.upper }}", "unknown_field", "CODE.upper", 1, 4),
        ("{{ CODE|default(contact.y) }}", "unknown_field", "contact.y", 1, 17),
        ("{{ CODE|safe }}", "not_allowed", "safe", 1, 9),
        ("a\n{{ CODE * 2 }}", "not_allowed", "*", 2, 1),
        ("{% for x in CODE %}{% endfor %}", "not_allowed", "for", 1, 4),
        ("{{ CODE > 1 }}", "not_allowed", ">", 1, 1),
        ("ok\n{{ CODE", "syntax", "", 2, 1),
        ("{{ }}", "syntax", "", 1, 1),
        ("{% if CODE %}", "syntax", "", 1, 1),
        ("{{ CODE|upper(1) }}", "failed", "", 1, 1),
        ("{{ " + "(" * 60 + "CODE" + ")" * 60 + "|upper" * 60 + " }}", "too_deep", "", 1, 1),
    ],
)
def test_a_fault_is_told_with_its_place(source: str, reason: str, field: str, line: int, column: int) -> None:
    with pytest.raises(TemplateRefused) as caught:
        check(source, VALUES)
    fault = caught.value
    assert (fault.reason, fault.field, fault.line, fault.column) == (reason, field, line, column)
    assert field in fault.message
    assert not fault.is_passing


def test_what_a_filter_does_with_an_empty_field_is_found_at_saving() -> None:
    check("{{ contact.phone|capitalize|trim|title }}", VALUES)
    check("{{ contact.phone ~ contact.phone|default(CODE|lower) }}", VALUES)


def test_odd_characters_do_not_break_a_letter() -> None:
    found = render("{{ '\\ud800' }}\ud800{{ name }}", {"name": "\x00\x07a\tb\n"}, format="text")
    assert found.text == "\ufffd?a\tb\n"
