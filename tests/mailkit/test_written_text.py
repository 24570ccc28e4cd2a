"""The plain text of a letter that was written as HTML: who sees no HTML can still follow its links."""

from __future__ import annotations

import pytest

from mailkit.mime_text import letter_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<p>Read <a href="https://a.example/?x=1&amp;y=2">the <b>offer</b></a>.</p>',
         "Read the offer (https://a.example/?x=1&y=2)."),
        ('<a href="https://a.example/">a.example</a>', "a.example"),
        ('<a href="https://a.example">https://a.example</a>', "https://a.example"),
        ('<a href="mailto:ana@a.example">Ana</a>', "Ana"),
        ('<a href="#top">Up</a>', "Up"),
        ('<a href="{triggerlink:8}">The offer</a>', "The offer ({triggerlink:8})"),
        ('<a href="{{ lead.LINK }}">Go</a>', "Go ({{ lead.LINK }})"),
        ('Dear {{ contact.first_name|default("friend") }}', 'Dear {{ contact.first_name|default("friend") }}'),
        ('<a href="https://a.example"><img src="cid:1"></a>', "(https://a.example)"),
        ("", ""),
    ],
)  # fmt: skip
def test_links_name_their_addresses(html: str, text: str) -> None:
    assert letter_text(html) == text


@pytest.mark.parametrize(
    "html",
    ['<a href="https://x">' * 20_000, '<a href="https://x">w</a>' * 20_000, "<div>" * 50_000 + '<a href="{x}">w'],
)
def test_hostile_html_ends(html: str) -> None:
    assert len(letter_text(html)) < 3 * len(html)
