"""Letters made to hurt who reads them: every kind in several sizes, from a seed.

`python -m tests.mailkit.hostile_letters` reads them all and tells, as JSON, what became of them and what it took.
"""

from __future__ import annotations

import base64
import gzip
import json
import random
import resource
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from mailkit.child_pool import close_pools
from mailkit.errors import LetterUnreadable
from mailkit.reading_pool import read_safely

SIZES = (0.002, 0.05, 1.0)
BODY = b"\r\n\r\nx"
TEXT = b"Content-Type: text/plain; charset="
MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
HTML = b"Content-Type: text/html\r\n\r\n"
QP = b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
UU = b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\n"
BASE64 = b"Content-Transfer-Encoding: base64\r\n\r\n"
PLAIN = b"Subject: x\r\n\r\n"
FLOWED = b"Content-Type: text/plain; format=flowed\r\n\r\n"
MANY_ATTRIBUTES = b" ".join(b"a%d=1" % number for number in range(64))

# Kind: how many times the piece is repeated, what stands before it, the piece ("%d": its number), what stands after it.
REPEATED: dict[str, tuple[int, bytes, bytes, bytes]] = {
    "nested multiparts": (10_000, b"", b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", BODY),
    "nested alternatives": (10_000, b"", b"Content-Type: multipart/alternative; boundary=b%d\n\n--b%d\n", BODY),
    "nested letters": (50_000, b"", b"Content-Type: message/rfc822\r\n\r\n", BODY),
    "one boundary for all levels": (10_000, b"", MIXED + b"--b\r\n", BODY),
    "parts": (100_000, MIXED, b"--b\r\n\r\nx\r\n", b""),
    "files": (100_000, MIXED, b"--b\r\nContent-Type: a/b; name=x\r\n\r\nx\r\n", b""),
    "almost delimiters": (100_000, MIXED, b"--bb\r\n--b x\r\n", b""),
    "a delimiter without end": (400_000, MIXED + b"--b", b" ", b""),
    "semicolons": (800_000, TEXT, b";", BODY),
    "parameters": (100_000, TEXT + b"x", b"; a%d=x", BODY),
    "parameter segments": (100_000, b"Content-Disposition: attachment", b"; filename*%d*=%%41", BODY),
    "quotes in a parameter": (60_000, TEXT + b'"', b'\\"', BODY),
    "spaces in the subject": (800_000, b"Subject:", b" ", b"x" + BODY),
    "folds": (300_000, b"Subject: x", b"\r\n ", BODY),
    "header lines": (100_000, b"", b"X-A: 1\r\n", BODY),
    "lines that are no header": (300_000, b"X-A: 1\r\n", b"x\r\n", BODY),
    "addresses": (100_000, b"To: x@x", b",\r\n a%d@b.example", BODY),
    "comments": (60_000, b"To: ", b"(", b"a@b.example)" + BODY),
    "open brackets": (60_000, b"From: ", b'"<', BODY),
    "groups": (30_000, b"Cc: ", b"a:b,", b";" + BODY),
    "encoded words": (60_000, b"Subject: ", b"=?utf-8?q?=41?= ", BODY),
    "almost encoded words": (60_000, b"Subject: ", b"=?utf-8?b?", BODY),
    "encoded words in many charsets": (20_000, b"From: ", b"=?x%d?b?QUJD?=", BODY),
    "references": (100_000, b"References: ", b"<%d@x>\r\n ", BODY),
    "references without end": (60_000, b"References: ", b"<", BODY),
    "words in the id": (60_000, b"Message-ID: ", b"<a ", BODY),
    "digits in the date": (60_000, b"Date: ", b"1", BODY),
    "one line": (10_000_000, PLAIN, b"x", b""),
    "one line in quoted-printable": (5_000_000, QP, b"=", b""),
    "one flowed line": (250_000, FLOWED, b"> \r\n", b""),
    "empty lines": (2_000_000, PLAIN, b"\n", b""),
    "quote marks": (2_000_000, PLAIN, b">", b""),
    "quoted lines": (200_000, PLAIN, b"> \n x\n", b""),
    "introductions": (20_000, PLAIN, b"On x, wrote\r\n", b":"),
    "a long introduction": (200_000, PLAIN + b"On ", b"wrote ", b":"),
    "header blocks in the text": (100_000, PLAIN, b"From: x\r\nx\r\n", b""),
    "nothing but NUL": (5_000_000, PLAIN, b"\0", b""),
    "bare CR": (800_000, b"Subject: a\rb\r\r\r\n\r\n", b"x\r", b""),
    "addresses in the text": (300_000, PLAIN, b"a@a.", b""),
    "base64 with garbage": (600_000, BASE64, b"Q=!U\x80", b""),
    "uuencoded": (300_000, UU, b"Mx\n", b""),
    "divs": (100_000, HTML, b"<div>", b""),
    "unclosed fonts": (50_000, HTML, b"<font color=%d>", b"<p>x" * 10_000),
    "fonts in paragraphs": (30_000, HTML, b"<p><font color=%d></p>", b""),
    "tables in bold": (50_000, HTML, b"<table><b id=%d>", b""),
    "misnested": (20_000, HTML, b"<a href=%d><div><b></a>", b""),
    "attributes": (50_000, HTML + b"<a ", b"a%d=1 ", b">x</a>"),
    "attributes of many tags": (2_000, HTML, b"<p " + MANY_ATTRIBUTES + b">", b""),
    "a long attribute": (2_000_000, HTML + b'<a href="', b"x", b'">x</a>'),
    "tags in an attribute": (500_000, HTML + b'<a title="', b"<b>", b""),
    "declarations": (100_000, HTML + b'<p style="', b"color:red;", b'">x</p>'),
    "odd styles": (30_000, HTML, b'<p style="color:u%drl (x">', b""),
    "ampersands": (900_000, HTML, b"&", b""),
    "entities": (50_000, HTML, b"&notit;&lt&#99999999999;", b""),
    "comments without end": (200_000, HTML, b"<!--", b""),
    "tags without end": (400_000, HTML, b"<a ", b""),
    "styles without end": (100_000, HTML, b"<style><title>", b""),
    "closing tags": (60_000, HTML + b"<div>" * 300, b"</p></b></td>", b""),
    "a data address": (750_000, HTML + b'<img src="data:image/png;base64,', b"QUJD", b'">'),
    "cells": (60_000, HTML + b"<table>", b"<tr><td>x", b""),
    "lists": (60_000, HTML, b"<ul><li>", b""),
}
CODEC_WORDS = (
    "zip hex rot13 utf-7 undefined idna unicode_escape raw_unicode_escape punycode bz2 uu mbcs oem utf-16 utf-32 hz "
    "iso2022_jp_3 ../../etc/passwd \\0 = '"
)


def prefix_boundaries(count: int) -> bytes:
    """Every boundary is the begin of the next."""
    names = [b"b" * length for length in range(1, min(count, 900))]
    return b"".join(b"Content-Type: multipart/mixed; boundary=%s\r\n\r\n--%s\r\n" % (name, name) for name in names)


def hidden_divs(count: int) -> bytes:
    return b"Content-Type: text/html\r\n" + BASE64 + base64.b64encode(b"<div>" * count)


def zipped_zeros(count: int) -> bytes:
    return MIXED + b"--b\r\nContent-Type: application/zip\r\n" + BASE64 + base64.b64encode(gzip.compress(b"\0" * count))


MADE: dict[str, tuple[int, Callable[[int], bytes]]] = {
    "boundaries that begin others": (900, prefix_boundaries),
    "divs in base64": (100_000, hidden_divs),
    "zeros that were zipped": (20_000_000, zipped_zeros),
}


def make(kind: str, size: float) -> bytes:
    """A letter of a kind, at a share of its full size."""
    if kind in MADE:
        count, function = MADE[kind]
        return function(max(1, int(count * size)))
    count, begin, piece, end = REPEATED[kind]
    count = max(1, int(count * size))
    places = piece.count(b"%d")
    pieces = [piece % ((number,) * places) for number in range(count)] if b"%" in piece else [piece * count]
    return b"".join([begin, *pieces, end])


def hostile_letters(seed: int = 7) -> Iterator[tuple[str, bytes]]:
    """Kind and letter."""
    kinds = [*REPEATED, *MADE]
    yield from ((kind, make(kind, size)) for kind in kinds for size in SIZES)
    yield from (("charset", TEXT + codec.encode() + b"\r\n\r\nA\0+ADw-\xff\x1b$B") for codec in CODEC_WORDS.split())
    dice = random.Random(seed)  # noqa: S311
    for _ in range(200):
        yield "noise", dice.randbytes(dice.randint(0, 4000))
        yield "mixture", b"".join(make(kind, 0.0001)[dice.randint(0, 20) :] for kind in dice.sample(kinds, 4))


def peak_megabytes() -> int:
    """Of this process or its largest child. On Linux not by ru_maxrss of this one: that begins with what the process
    had that started it.
    """
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    if sys.platform == "linux":
        words = Path("/proc/self/status").read_text().split()
        return max(children, int(words[words.index("VmHWM:") + 1])) // 1024
    return max(children, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) // 1024**2


def main() -> None:
    """Read all as an importing process does."""
    kinds: set[str] = set()
    outcomes: Counter[str] = Counter()
    slowest = ("", 0.0)
    for kind, raw in hostile_letters():
        kinds.add(kind)
        begin = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        try:
            read_safely(raw)
            outcomes["read"] += 1
        except LetterUnreadable as error:
            outcomes[f"{kind}: {error.reason} {error.detail}"] += 1
        seconds = resource.getrusage(resource.RUSAGE_SELF).ru_utime - begin
        slowest = max(slowest, (kind, seconds), key=lambda one: one[1])
    close_pools()
    result = {
        "kinds": len(kinds),
        "letters": outcomes.total(),
        "outcomes": outcomes,
        "slowest_in_process": slowest,  # in seconds of CPU; the others end after reading_child.CPU_SECONDS
        "megabytes": peak_megabytes(),
    }
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
