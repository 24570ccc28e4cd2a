"""Bytes of mail to text. Only the codecs listed here are used: Python's list holds zip, hex, rot13 and UTF-7 too."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

# As browsers do (encoding.spec.whatwg.org): programs say the small charset and write the large one.
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "hz": "hz",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso2022_jp": "iso2022_jp_ext",
    "iso2022_jp_1": "iso2022_jp_ext",
}
_ALLOWED = frozenset(
    [
        *_WIDER.values(),
        *(f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
        *(f"cp{number}" for number in (437, 850, 852, 855, 857, 858, 862, 866, 949, 950, 1250, 1251, 1253, 1255, 1256)),
        *("cp1257", "cp1258", "koi8-r", "koi8-u", "koi8-t", "kz1048", "ptcp154", "mac-roman", "mac-cyrillic"),
        *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "euc_jp", "euc_jis_2004", "iso2022_kr"),
    ]
)
_ALIASES = {
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-6-i": "iso8859-6",
    "x-sjis": "cp932",
    "x-gbk": "gb18030",
    "cp-850": "cp850",
    "windows-874": "cp874",
    "windows-31j": "cp932",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-windows-949": "cp949",
    "koi8-ru": "koi8-u",
    "koi8ru": "koi8-u",
    "koi8": "koi8-r",
    "koi-8": "koi8-r",
    "gb_2312-80": "gb18030",
    "x-mac-ukrainian": "mac-cyrillic",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "utf-8-sig": "utf-8",
}
LOOKED_AT_BYTES = 10_000
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
_NOT_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
# "windows1251", "win-1251", "cp-1251", "x-cp1251" and what else programs write.
_CODE_PAGE = re.compile(r"^(?:x-)?(?:windows|win|cp|dos|ibm|ms)[-_ ]?(\d{3,4})$")


def decode(data: bytes, charset: str = "", *, fallback: str = "") -> str:
    """The text of bytes that say they are in `charset`. Never fails; NUL, which PostgreSQL refuses, is left out.

    A charset that is unknown, missing or ASCII says nothing: then UTF-8 if it fits, else `fallback`, else Windows-1252,
    or what the bytes look like: Cyrillic.
    """
    codec = _find_codec(charset[:100])
    if codec is None or codec == "ascii":
        text = _guess(data, _find_codec(fallback[:100]) or _likely_codec(data))
    else:
        text = data.decode(_WIDER.get(codec, codec), "replace")
    return text.replace("\0", "").removeprefix("\ufeff")


@lru_cache(maxsize=256)
def _find_codec(charset: str) -> str | None:
    """The name of an allowed codec in Python's spelling, None for all others."""
    name = charset.strip().strip("\"'").lower()
    if not name or len(name) > 40 or not name.isascii() or "\0" in name:
        return None
    spellings = (_ALIASES.get(name, name), name.removeprefix("x-"), _CODE_PAGE.sub(r"cp\1", name))
    codec = next(filter(None, map(_look_up, spellings)), None)
    return codec if codec in _ALLOWED or codec in _WIDER else None


def _look_up(name: str) -> str | None:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def _guess(data: bytes, codec: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode(_WIDER.get(codec, codec))
    except UnicodeDecodeError:
        return data.decode(_likely_codec(data), "replace")


def _likely_codec(data: bytes) -> str:
    """Cyrillic words are whole runs of bytes beyond ASCII, in Western ones those stand alone between others. Most
    letters are small ones: these are the upper half in Windows-1251, and the lower one in KOI8-R.
    """
    runs = _BEYOND_ASCII.findall(data[:LOOKED_AT_BYTES])
    letters = b"".join(run for run in runs if len(run) > 2)
    if not letters or len(letters) * 10 < sum(map(len, runs)) * 7:
        return "latin-1" if _NOT_IN_CP1252.search(data) else "cp1252"
    upper, lower = sum(byte >= 0xE0 for byte in letters), sum(0xC0 <= byte < 0xE0 for byte in letters)
    return "cp1251" if upper >= lower else "koi8-r"
