"""The words of a letter: cleaned, signed before the quote, quoted."""

from __future__ import annotations

import pytest

from mailkit.composed_html import clean_letter_html, clean_template_html
from outbox.texts import quote_html, quote_text, sign_html, sign_text

ATTRIBUTION = "On 1 March, Ann <ann@client.example> wrote:"


@pytest.mark.rule("M48")
def test_the_signature_ends_the_letter() -> None:
    assert sign_text("Hello", "Alice\nAcme") == "Hello\n\n-- \nAlice\nAcme\n"
    assert sign_html("<p>Hello</p>", "<b>Alice</b>") == "<p>Hello</p><div>--<br><b>Alice</b></div>"


@pytest.mark.parametrize("signature", ["", "  \n "])
def test_without_a_signature_nothing_is_added(signature: str) -> None:
    assert sign_text("Hello", signature) == "Hello"
    assert sign_html("<p>Hello</p>", signature) == "<p>Hello</p>"


def test_the_signature_stands_before_what_is_quoted() -> None:
    text = f"Yes.\n\n{quote_text(ATTRIBUTION, 'Shall we?')}"
    assert sign_text(text, "Alice") == f"Yes.\n\n-- \nAlice\n\n{ATTRIBUTION}\n> Shall we?\n"
    html = f"<p>Yes.</p>{quote_html(ATTRIBUTION, '<p>Shall we?</p>')}"
    assert sign_html(html, "Alice") == (
        "<p>Yes.</p><div>--<br>Alice</div><p>On 1 March, Ann &lt;ann@client.example&gt; wrote:</p>"
        "<blockquote><p>Shall we?</p></blockquote>"
    )


def test_a_quotation_in_the_writers_own_words_is_not_the_end() -> None:
    html = "<p>As Kant says:</p><blockquote>Dare to know</blockquote>"
    assert sign_html(html, "Alice").endswith("<div>--<br>Alice</div>")
    text = "As Kant says:\n> Dare to know"
    assert sign_text(text, "Alice") == f"{text}\n\n-- \nAlice\n"


def test_quotes_of_quotes_keep_their_depth() -> None:
    assert quote_text(ATTRIBUTION, "Yes\n\n> No") == f"{ATTRIBUTION}\n> Yes\n>\n>> No\n"


def test_pictures_are_not_quoted() -> None:
    quoted = quote_html(ATTRIBUTION, '<p>Look<img data-remote-src="https://x.example/p.png"></p>')
    assert "<img" not in quoted
    assert "Look" in quoted


@pytest.mark.rule("M15")
def test_what_a_member_composed_stays() -> None:
    html = (
        '<p style="text-align: center"><b>Hi</b> <a href="https://acme.example/?a=1">here</a></p>'
        '<table border="1"><tbody><tr><td colspan="2">1</td></tr></tbody></table><img src="https://acme.example/l.png">'
    )
    assert clean_letter_html(html) == html


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>x",
        '<a href="javascript:alert(1)">x</a>',
        '<p onclick="alert(1)">x</p>',
        '<iframe src="https://evil.example">x</iframe>',
        '<form action="https://evil.example">x</form>',
    ],
)
def test_what_runs_is_taken_out(html: str) -> None:
    cleaned = clean_letter_html(html)
    assert "x" in cleaned
    assert not any(word in cleaned for word in ("script", "onclick", "iframe", "form", "evil"))


@pytest.mark.rule("K52")
@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ('<a href="{{ lead.LINK }}">x</a>', '<a href="{{ lead.LINK }}">x</a>'),
        ("<a href='{{ a|default(\"b\") }}'>x</a>", "<a href=\"{{ a|default('b') }}\">x</a>"),
        ('<a href="{% if a %}https://a.example{% endif %}">x</a>', None),
        ('<p>{{&nbsp;a|default("b")&nbsp;}}</p>', '<p>{{ a|default("b") }}</p>'),
        ('<a href="javascript:{{ a }}">x</a>', "<a>x</a>"),
        ('<a href="/{{ a }}">x</a>', "<a>x</a>"),
        ('<p title="{{ &quot; onclick=&quot;x }}">x</p>', "<p title=\"{{ ' onclick='x }}\">x</p>"),
        ("{{ <script>alert(1)</script> }}", "{{  }}"),
    ],
)
def test_merge_fields_stay_where_they_may_stand(html: str, kept: str | None) -> None:
    assert clean_template_html(html) == (html if kept is None else kept)


def test_braces_without_end_take_no_time() -> None:
    assert len(clean_template_html("{{" * 500_000)) == 1_000_000


@pytest.mark.rule("M21")
def test_a_long_body_is_not_cut() -> None:
    words = "<p>word</p>" * 20_000 + "x" * 1_500_000
    assert len(clean_letter_html(words)) == len(words)
