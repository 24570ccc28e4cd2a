"""Bytes that do not say how they are written: old programs send names and subjects so."""

from __future__ import annotations

import pytest

from mailkit.charsets import decode
from mailkit.mime_reader import parse_message


@pytest.mark.parametrize("codec", ["cp1251", "koi8-r", "utf-8"])
@pytest.mark.parametrize("text", ["Анна", "Заявка с сайта N 15", "Re: счёт", "ООО Ромашка, Пётр <p@x.example>"])
def test_cyrillic_is_told_by_its_words(text: str, codec: str) -> None:
    assert decode(text.encode(codec)) == text
    assert decode(text.encode(codec), fallback="utf-8") == text


@pytest.mark.parametrize(
    "text",
    ["Muñoz", "Grüße aus Köln", "Señor Peñón, ¿qué?", "déjà vu à côté", "„Größe“ – 5 €", "é", "Žižkov"],
)
def test_western_words_stay_western(text: str) -> None:
    assert decode(text.encode("cp1252")) == text


def test_what_is_in_no_table_is_still_text() -> None:
    assert decode(b"a\x81\x8d b") == "a\x81\x8d b"
    assert decode(b"") == ""


def test_a_letter_that_names_no_charset_at_all() -> None:
    raw = "From: Анна <anna@client.example>\r\nSubject: Заявка\r\n\r\nДобрый день!\r\n".encode("cp1251")
    letter = parse_message(raw)
    assert letter.sender is not None
    assert (letter.sender.name, letter.subject, letter.text.strip()) == ("Анна", "Заявка", "Добрый день!")
