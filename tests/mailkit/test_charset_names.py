"""Charsets by the names that programs really write."""

from __future__ import annotations

import pytest

from mailkit.charsets import decode
from mailkit.mime_reader import parse_message

NAMES = {
    "cp1251": "win-1251 win1251 windows1251 windows_1251 cp-1251 x-cp1251 x-windows-1251 Windows-1251 x-win-1251",
    "koi8-u": "koi8-ru KOI8-RU koi8ru x-koi8-u",
    "koi8-r": "koi8 koi-8 x-koi8-r cskoi8r",
    "cp866": "dos-866 ibm866 x-cp866 cp-866",
    "mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "utf-8": "utf8 utf8mb4 unicode-1-1-utf-8 x-utf-8",
}


@pytest.mark.parametrize(("codec", "name"), [(codec, name) for codec, names in NAMES.items() for name in names.split()])
def test_a_letter_in_russian_is_read_whatever_its_charset_is_called(codec: str, name: str) -> None:
    words = "Счёт на оплату" if codec != "cp866" else "Счет на оплату"
    head = f"Content-Type: text/plain; charset={name}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    assert parse_message(head.encode() + words.encode(codec)).text.strip() == words


@pytest.mark.parametrize(
    ("name", "codec", "words"),
    [
        ("gb_2312-80", "gb2312", "发票"),
        ("x-mac-roman", "mac-roman", "Café"),
        ("x-windows-1252", "cp1252", "Café — 5 €"),
        ("windows-874", "cp874", "ใบแจ้งหนี้"),
        ("x-big5", "big5", "發票"),
    ],
)
def test_others_are_read_too(name: str, codec: str, words: str) -> None:
    assert decode(words.encode(codec), name) == words


@pytest.mark.parametrize("name", ["x-zip", "zip", "x-hex", "rot13", "x-utf-7", "cp65000", "x-user-defined", "x-"])
def test_no_name_leads_to_a_codec_that_is_not_allowed(name: str) -> None:
    assert decode("Здравствуйте +AD4-".encode(), name) == "Здравствуйте +AD4-"
