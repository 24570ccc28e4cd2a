"""What a stranger's HTML may still do: nothing, and load nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.html_cleaner import clean_html, text_to_html
from mailkit.html_limits import MAX_DEPTH, cap_html

SCRIPT = "alert(1)"
HOSTILE = [
    f"<script>{SCRIPT}</script>",
    f"<img src=x onerror={SCRIPT}>",
    f"<svg onload={SCRIPT}><circle/></svg>",
    f"<svg><script>{SCRIPT}</script></svg>",
    f"<svg><style><img src=x onerror={SCRIPT}></style></svg>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror={SCRIPT}&gt;'>",
    f"<noscript><p title='</noscript><img src=x onerror={SCRIPT}>'></noscript>",
    f"<a href='java&#10;script:{SCRIPT}'>x</a>",
    f"<a href=' &#1;javascript:{SCRIPT}'>x</a>",
    f"<a href='JaVaScRiPt:{SCRIPT}'>x</a>",
    f"<a href='data:text/html,<script>{SCRIPT}</script>'>x</a>",
    f"<a href='vbscript:{SCRIPT}'>x</a>",
    "<iframe src=//evil.example></iframe><iframe srcdoc='<script>1</script>'></iframe>",
    "<form action=//evil.example><input name=q><button formaction=//evil.example>go</button></form>",
    "<base href=//evil.example><meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example><link rel=dns-prefetch href=//evil.example>",
    "<style>@import '//evil.example';</style><style>*{background:url(//evil.example)}</style>",
    "<p style='background:url(//evil.example)'>x</p><p style='background-image:url(//evil.example)'>x</p>",
    "<p style='color:red;position:fixed;top:0'>x</p><p style='width:var(--x)'>x</p>",
    "<p style='color:\\75rl(//evil.example)'>x</p><p style='list-style:url(//evil.example)'>x</p>",
    "<p style='font-family:@import'>x</p><p style='color:/**/red'>x</p>",
    "<object data=//evil.example></object><embed src=//evil.example><applet code=x></applet>",
    "<video src=//evil.example poster=//evil.example></video><audio src=//evil.example></audio>",
    "<img srcset='//evil.example 2x'><picture><source srcset=//evil.example></picture>",
    "<table background=//evil.example><td background=//evil.example>x</table><body background=//evil.example>",
    "<img lowsrc=//evil.example dynsrc=//evil.example longdesc=//evil.example>",
    "<a ping=//evil.example href=https://ok.example>x</a><img usemap=#m><map name=m><area href=//evil.example></map>",
    "<b id=location name=cookie class=x>clobber</b>",
    "<template><script>1</script></template><select><option>x<style></select><img src=x onerror=1></style>",
    "<xmp><img src=x onerror=1></xmp><plaintext><img src=x onerror=1>",
    "<!--><img src=x onerror=1>--><!--[if IE]><script>1</script><![endif]-->",
    '<img data-remote-src="//evil.example" src="https://ok.example/x.png">',
]


class Strict(HTMLParser):
    """Fails on everything that could run or load."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        banned = (
            "script style svg math iframe object embed form input button base meta link template video audio source"
        )
        assert tag not in banned.split()
        for name, value in attrs:
            assert not name.startswith("on")
            assert name not in {"id", "name", "class", "srcset", "background", "ping", "poster", "action", "formaction"}
            if name == "src":
                assert (value or "").startswith("data:image/")
            if name == "href":
                assert re.match(r"https?://|mailto:|tel:", value or "", re.IGNORECASE)
            if name == "style":
                assert not re.search(r"url|position|var\(|@|\\|/\*", value or "")


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_runs_and_nothing_loads(html: str) -> None:
    cleaned = clean_html(html).html
    Strict().feed(cleaned)
    assert clean_html(cleaned).html.count("<") <= cleaned.count("<")  # cleaning again brings nothing to life
    Strict().feed(text_to_html(html))


def test_every_hostile_text_nested_in_every_other_stays_harmless() -> None:
    for outer in HOSTILE:
        for inner in HOSTILE:
            middle = len(outer) // 2
            Strict().feed(clean_html(outer[:middle] + inner + outer[middle:]).html)


@given(
    st.lists(st.sampled_from([*HOSTILE, "<", ">", "'", '"', "<!--", "-->", "<p ", "</", "&lt;", "\0", "="]), max_size=8)
)
def test_any_mixture_is_harmless(pieces: list[str]) -> None:
    Strict().feed(clean_html("".join(pieces)).html)


def test_remote_images_wait_and_the_letters_own_are_named() -> None:
    clean = clean_html("<img src='http://x.example/a.gif' alt=a><img src='//x.example/b'><img src='cid:logo@x'>")
    assert clean.has_remote_images
    assert 'data-remote-src="http://x.example/a.gif"' in clean.html
    assert 'data-remote-src="https://x.example/b"' in clean.html
    assert 'data-cid="logo@x"' in clean.html
    assert " src=" not in clean.html
    assert not clean_html("<img src='cid:a'><img src='data:image/png;base64,aGk='>").has_remote_images


def test_what_letters_need_stays() -> None:
    html = "<table width=600 bgcolor=#fff><tr><td style='color: red; padding: 2px'><a href='https://x.example/?a=1&b=2'>x</a>"
    cleaned = clean_html(html).html
    assert 'style="color: red; padding: 2px"' in cleaned
    assert 'href="https://x.example/?a=1&amp;b=2"' in cleaned
    assert 'rel="noopener noreferrer nofollow"' in cleaned
    assert clean_html("<p>1 &lt; 2 &amp; 3&nbsp;€ &copy</p>").html == "<p>1 &lt; 2 &amp; 3&nbsp;€ ©</p>"


def test_text_becomes_links_after_it_was_escaped() -> None:
    html = text_to_html('<b> see https://x.example/a?b=1&c=2. (http://y.example/a_(b)) or bob@x.example "q"')
    assert "&lt;b&gt;" in html
    assert 'href="https://x.example/a?b=1&amp;c=2"' in html
    assert 'href="http://y.example/a_(b)"' in html
    assert 'href="mailto:bob@x.example"' in html


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000,
        "<font color=1>" * 50_000,
        "<a " + "b=1 " * 200_000 + ">x</a>",
        "&" * 900_000,
        "<table><b>" * 50_000,
    ],
)
def test_html_that_is_quadratic_to_parse_is_cut(html: str) -> None:
    capped = cap_html(html)
    assert len(re.findall(r"<div|<font|<b>|<table", capped)) <= 2 * MAX_DEPTH
    assert capped.count("=") <= 256
    clean_html(html)


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        ("background: #e63946; color: #fff", "background-color: #e63946; color: #fff"),
        ("background:url(//evil.example/a.png) no-repeat rgb(1, 2, 3)", "background-color: rgb(1, 2, 3)"),
        ("background: navy", "background-color: navy"),
        ("color: red; background: none repeat", "color: red"),
    ],
)
def test_of_a_background_its_color_stays(style: str, kept: str) -> None:
    """Buttons of newsletters are white on a color: without it their words would be white on white."""
    assert clean_html(f'<p style="{style}">x</p>').html == f'<p style="{kept}">x</p>'
