"""Ordinary HTML is not rewritten before it is parsed, and comes out as if it had been."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.html_cleaner import _CLEANER
from mailkit.html_limits import cap_html
from mailkit.html_shape import TameHtml, is_ordinary
from mailkit.mime_reader import parse_message
from mailkit.mime_text import html_to_text
from tests.mailkit.test_mails import CASES, read

WORDS = st.sampled_from(["word", "a b", "&amp;", "&nbsp;", "x &lt; y", "ё", "\n", "1 &#8364;", ""])
ATTRIBUTES = st.sampled_from(
    ["", ' align="left"', " title='a b'", ' style="color: red; position: fixed"', " dir=ltr", " data-x", ' onclick="x"']
)
INLINE = st.sampled_from(["b", "span", "i", "font", "small", "u"])
BLOCKS = st.sampled_from(["div", "p", "blockquote", "h1", "center", "pre"])
LEAVES = st.sampled_from(
    ["<br>", "<hr/>", '<img src="https://x.example/a.png">', "<!-- no -->", "<style>p{}</style>", "<o:p></o:p>"]
)


def element(tags: st.SearchStrategy[str], inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda tag, rest, text: f"<{tag}{rest}>{text}</{tag}>", tags, ATTRIBUTES, inside)


inline = st.recursive(WORDS | st.just("<br>"), lambda deeper: element(INLINE, deeper), max_leaves=4)
cells = st.lists(inline.map("<td>{}</td>".format), min_size=1, max_size=3).map("".join)
tables = cells.map("<table><tbody><tr>{}</tr></tbody></table>".format)
blocks = st.recursive(
    st.one_of(element(BLOCKS, inline), tables, LEAVES, inline.map("<ul><li>{}</li></ul>".format)),
    lambda deeper: element(st.just("div"), st.lists(deeper, max_size=3).map("".join)),
    max_leaves=6,
)
bodies = st.lists(blocks, max_size=5).map("".join)
documents = bodies.map("<html><head><title>t</title></head><body>{}</body></html>".format)


@given(documents)
def test_ordinary_html(html: str) -> None:
    assert is_ordinary(html)
    assert _CLEANER.clean(html) == _CLEANER.clean(cap_html(html))
    with pytest.MonkeyPatch.context() as patch:
        plain = html_to_text(html)
        patch.setattr("mailkit.mime_text.tame_html", lambda html: TameHtml(cap_html(html), is_ordinary=False))
        assert html_to_text(html) == plain


@pytest.mark.parametrize("case", CASES)
def test_html_of_real_programs(case: str) -> None:
    html = parse_message(read(case)).html
    assert is_ordinary(html)
    assert _CLEANER.clean(html) == _CLEANER.clean(cap_html(html))


ODD = ["<svg>", "<p><NoScript>", "<script>x", "<style><", "<!-->x-->", "<!--x--!>y-->", "<p", "a < b", "<p a='>", "</>"]
LONG = ["<p " + "a=1 " * 65 + ">", "<p>" * 2001, "&" * 5001, "<b>" * 1000, "x" * 131_073]


@pytest.mark.parametrize("html", [*ODD, *LONG, "<p>\0", "<title>a</style>b</title>", "</p x>", "<p></p", "<ifr\0ame>"])
def test_html_that_is_not_ordinary(html: str) -> None:
    assert not is_ordinary(html)
