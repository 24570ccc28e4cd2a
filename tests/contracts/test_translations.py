"""English, Russian and Spanish are complete from the first screen."""

from __future__ import annotations

import os

import pytest
from django.utils import translation

from crm_mail import translations


def test_every_text_is_translated() -> None:
    assert list(translations.problems()) == []


def test_every_text_of_the_sources_is_in_the_catalogs() -> None:
    if not translations.has_gettext():
        if os.environ.get("CI") == "true":
            pytest.fail("GNU gettext is not installed")
        pytest.skip("GNU gettext is not installed: TEXTS OF THE SOURCES ARE NOT COMPARED WITH THE CATALOGS")
    assert list(translations.missing_texts()) == []


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1 письмо"), (3, "3 письма"), (5, "5 писем"), (11, "11 писем"), (21, "21 письмо")]
)
def test_russian_counts_in_three_forms(count: int, words: str) -> None:
    with translation.override("ru"):
        assert translation.ngettext("%(count)s letter", "%(count)s letters", count) % {"count": count} == words
