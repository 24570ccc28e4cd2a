"""The building blocks of pages, as markup."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from web.moments import inline_words, long_words, row_times, short_words
from web.people import hue_of, initials_of

NOON = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)  # a Wednesday


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "localdate", NOON.date)


def drawn(template: str, **context: object) -> str:
    return Template(template).render(Context(context))


def test_attributes_are_spelled_with_hyphens_and_empty_ones_left_out() -> None:
    html = drawn('{% button hx_post="/x/" disabled=no %}Go{% endbutton %}', no=False)
    assert html == '<button class="btn" hx-post="/x/" type="button">Go</button>'


def test_a_button_with_an_address_is_a_link() -> None:
    assert drawn('{% button variant="primary" href="/x/" %}Go{% endbutton %}').startswith('<a class="btn btn-primary"')


def test_what_comes_from_outside_is_escaped() -> None:
    html = drawn("{% avatar name %}{% chip %}{{ name }}{% endchip %}{% icon_button 'x' name %}", name="<script>'\"")
    assert "<script>" not in html
    assert "'\"" not in html


def test_a_count_of_nothing_is_no_badge() -> None:
    assert drawn("{% badge 0 %}") == ""
    assert "12" in drawn("{% badge 12 'unread' %}")


def test_menus_of_a_page_have_ids_of_their_own() -> None:
    html = drawn("{% menu 'A' %}{% endmenu %}{% menu 'B' %}{% endmenu %}")
    opened = re.findall(r'popovertarget="([^"]+)"', html)
    assert opened == re.findall(r' id="([^"]+)"', html)
    assert len(set(opened)) == 2


@pytest.mark.parametrize(
    ("ago", "short", "long", "heading"),
    [
        (timedelta(hours=1), "11:00", "Today, 11:00", "Today"),
        (timedelta(days=1), "Tue", "Tue 19 May, 12:00", "Yesterday"),
        (timedelta(days=6), "Thu", "Thu 14 May, 12:00", "Earlier this week"),
        (timedelta(days=40), "10 Apr", "Fri 10 Apr, 12:00", "April"),
        (timedelta(days=400), "15 Apr 2025", "15 Apr 2025, 12:00", "April 2025"),
    ],
)
def test_the_nearer_the_finer(ago: timedelta, short: str, long: str, heading: str) -> None:
    at = NOON - ago
    assert (short_words(at), long_words(at), row_times()(at).heading) == (short, long, heading)


def test_after_other_words_today_is_written_small() -> None:
    assert ">today, 12:00<" in drawn('{% moment at style="inline" %}', at=NOON)
    assert ">Tue 19 May, 12:00<" in drawn('{% moment at style="inline" %}', at=NOON - timedelta(days=1))


@pytest.mark.parametrize(
    ("language", "alone", "inline"),
    [("ru", "Вт 19 мая, 12:00", "вт 19 мая, 12:00"), ("es", "mar 19 may, 12:00", "mar 19 may, 12:00")],
)
def test_other_languages_have_small_weekdays_within_words_and_bend_may(language: str, alone: str, inline: str) -> None:
    with translation.override(language):
        at = NOON - timedelta(days=1)
        assert long_words(at) == alone
        assert inline_words(at) == inline


def test_the_absolute_time_stands_in_the_title() -> None:
    assert 'title="May 20, 2026, 12:00 UTC"' in drawn("{% moment at %}", at=NOON)


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Ana Morales", "AM"), ("ana.morales@acme.example", "AM"), ("Дмитрий Орлов", "ДО"), ("«Вектор»", "?"), ("", "?")],
)
def test_initials(name: str, initials: str) -> None:
    assert initials_of(name) == initials


def test_the_hue_stays_with_the_address() -> None:
    assert hue_of("Ana@Client.example ") == hue_of("ana@client.example")
