"""Subjects are compared as rule K30 says."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.subjects import forward_subject, reply_subject, subject_key

WORDS = "Re Fwd FW AW WG SV VS Ответ Отв Пер Пересл RV RES Rif TR 回复 转发 RE re Antw VB ENC YNT İLT ODP ΑΠ"
PREFIXES = WORDS.split()


@pytest.mark.rule("K30")
@pytest.mark.parametrize("prefix", PREFIXES)
def test_prefixes_of_all_languages_do_not_count(prefix: str) -> None:
    for form in (f"{prefix}: ", f"{prefix}:", f"{prefix} : ", f"{prefix}[2]: ", f"{prefix}(3): ", f"{prefix}："):
        assert subject_key(f"{form}Price of 20 chairs") == subject_key("price of 20 chairs")


@pytest.mark.rule("K30")
@pytest.mark.parametrize(
    "subject",
    [
        "Re: Fwd: AW: Offer",
        "RE[2]: Re[15]: offer",
        "[team] Re: [team] OFFER",
        "Re: [Ext] Fwd:\n\t offer ",
        "Ответ: Re: Offer",
    ],
)
def test_any_order_and_number_of_prefixes_and_tags(subject: str) -> None:
    assert subject_key(subject) == "offer"


@pytest.mark.rule("K30")
def test_tickets_stay_apart() -> None:
    assert subject_key("Re: [Ticket 12] help") != subject_key("Re: [Ticket 13] help")
    assert subject_key("[Ticket ١٢] help") != subject_key("[Ticket ١٣] help")  # digits of other scripts are digits


@pytest.mark.rule("K30")
def test_an_empty_subject_is_a_subject() -> None:
    assert subject_key("") == subject_key("Re:") == subject_key(" FW : re:") == ""


@pytest.mark.rule("K30")
def test_case_composition_and_white_space_do_not_count() -> None:
    assert subject_key("Grüße  an\u00a0ALLE") == subject_key(unicodedata.normalize("NFD", "grüße an alle"))
    assert subject_key("STRASSE") == subject_key("straße")


def test_words_that_only_begin_like_a_prefix_stay() -> None:
    assert subject_key("Report: may") == "report: may"
    assert subject_key("Refund") == "refund"
    assert subject_key("10: 30 meeting") == "10: 30 meeting"


def test_replies_and_forwards_carry_one_prefix() -> None:
    assert reply_subject("AW: Re[3]: Offer") == "Re: Offer"
    assert forward_subject("Re: Fwd: Offer") == "Fwd: Offer"
    assert (reply_subject(""), forward_subject("re:")) == ("Re:", "Fwd:")


@given(st.text(max_size=80), st.lists(st.sampled_from(PREFIXES), max_size=5))
def test_a_reply_has_the_key_of_its_subject(subject: str, prefixes: list[str]) -> None:
    key = subject_key(subject)
    assert subject_key("".join(f"{prefix}: " for prefix in prefixes) + subject) == key
    assert subject_key(key) == key
    assert subject_key(reply_subject(subject)) == key


def test_a_megabyte_of_prefixes_is_read_in_one_pass() -> None:
    assert subject_key("re:" * 350_000 + "x") == "x"
