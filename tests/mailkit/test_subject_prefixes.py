"""Prefixes of replies and forwards in every language of the tables (rule K30)."""

from __future__ import annotations

import pytest

from mailkit.subject_prefixes import FORWARD, REPLY
from mailkit.subjects import reply_subject, subject_key

BY_LANGUAGE = [
    pytest.param(words, id=f"{kind} {language}")
    for kind, table in (("reply", REPLY), ("forward", FORWARD))
    for language, words in table.items()
]
# As one sees them in letters: what a program of this language writes, in its own case.
SEEN = [
    "RE: RV: Fwd: Price",
    "RÉP : TR : Price",
    "Odp.: Price",
    "Ответ: Пер: Price",
    "Відп: Price",
    "YNT: İLT: Price",
    "ΑΠ: ΠΡΘ: Price",
    "Vá: Továbbítás: Price",
    "RES: ENC: Price",
    "Př: Re[4]: Price",
    "BLS: TRS: Price",
    "Trả lời: Chuyển tiếp: Price",
    "回复：转发：Price",
    "回覆: 轉寄: Price",
    "返信: 転送: Price",
    "답장: 전달: Price",
    "رد: إعادة توجيه: Price",
    "[EXTERNAL] AW: [team] WG: Price",
]


@pytest.mark.rule("K30")
@pytest.mark.parametrize("words", BY_LANGUAGE)
def test_no_prefix_of_this_language_counts(words: str) -> None:
    for word in words.replace("_", "~").split():
        prefix = word.replace("~", " ")
        for form in (f"{prefix}: ", f"{prefix.upper()}: ", f"{prefix.title()} : ", f"{prefix}[2]:", f"{prefix}："):
            assert subject_key(f"{form}Price") == "price", form


@pytest.mark.rule("K30")
@pytest.mark.parametrize("subject", SEEN)
def test_subjects_as_programs_write_them(subject: str) -> None:
    assert subject_key(subject) == "price"
    assert reply_subject(subject).endswith("Price")


@pytest.mark.parametrize(
    "subject", ["Order: 12", "Info: closed", "Refs: a, b", "Resume: Anna", "Trip: Rome", "ERP: bill"]
)
def test_words_that_people_begin_with_stay(subject: str) -> None:
    assert subject_key(subject) == subject.lower()
