"""Where the quote begins in HTML: as mail programs write it, after cleaning."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from mailkit.html_cleaner import clean_html
from mailkit.quoted_html import find_quote, is_forward

OLD = "<p>Shall we meet?</p>"
OUTLOOK_HEAD = "<b>From:</b> Bob &lt;b@x.example&gt;<br><b>Sent:</b> Monday<br><b>To:</b> Ann<br><b>Subject:</b> Demo"
GMAIL = """<div dir="ltr">Yes.</div><br><div class="gmail_quote gmail_quote_container"><div class="gmail_attr">On Mon,
 2 Mar 2026 at 10:00, Bob wrote:<br></div><blockquote class="gmail_quote">Shall we meet?</blockquote></div>"""
APPLE = '<div>Yes.<br><blockquote type="cite"><div>On 2 Mar 2026, Bob wrote:</div>Shall we meet?</blockquote></div>'
THUNDERBIRD = f"""<p>Yes.</p><div class="moz-cite-prefix">02.03.26 10:00, Bob kirjoitti:<br></div>
<blockquote type="cite" cite="mid:1@x">{OLD}</blockquote>"""
OUTLOOK_WEB = f"""<div>Yes.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">{OUTLOOK_HEAD}</div>
<div>{OLD}</div>"""
OUTLOOK = f"""<div class="WordSection1"><p>Yes.</p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt">
<p>{OUTLOOK_HEAD}</p></div></div>{OLD}</div>"""
OUTLOOK_RU = f"""<p>Yes.</p><p><b>От:</b> Иван<br><b>Отправлено:</b> понедельник<br><b>Кому:</b> Анна<br><b>Тема:</b>
Показ</p>{OLD}"""
OUTLOOK_ES = f"""<p>Yes.</p><p><b>De:</b> José<br><b>Enviado el:</b> lunes<br><b>Para:</b> Ana<br><b>Asunto:</b> Demo
</p>{OLD}"""
YANDEX = f'<div>Yes.</div><div>02.03.2026, 10:00, "Иван" пишет:</div><blockquote>{OLD}</blockquote><div>-- Anna</div>'
ORIGINAL = f"<p>Yes.</p><p>-----Original Message-----</p>{OLD}"
YAHOO = f'<div>Yes.</div><div class="yahoo_quoted"><div>El lunes, Bob escribió:</div>{OLD}</div>'
PROGRAMS = [GMAIL, APPLE, THUNDERBIRD, OUTLOOK_WEB, OUTLOOK, OUTLOOK_RU, OUTLOOK_ES, YANDEX, ORIGINAL, YAHOO]


def split(html: str) -> tuple[str, str]:
    """(own words, the quote)."""
    tree = LexborHTMLParser(clean_html(html).html)
    nodes = find_quote(tree)
    quote = " ".join(
        " ".join((node.text() if node.is_element_node else node.text_content or "").split()) for node in nodes
    )
    for node in nodes:
        node.decompose()
    return (" ".join(tree.body.text(separator=" ").split()) if tree.body else ""), quote


@pytest.mark.parametrize("html", PROGRAMS)
def test_the_quote_of_each_program_is_found_with_its_introduction(html: str) -> None:
    own, quote = split(html)
    assert own == "Yes."
    assert "Shall we meet?" in quote


@pytest.mark.parametrize(
    "html",
    [
        "<p>Yes.</p>",
        "",
        f"<blockquote>{OLD}</blockquote><p>{'Yes, and here is why. ' * 20}</p>",
        f"<p>From: here</p><p>to: there</p>{OLD}",
        f'<p>FYI</p><div class="gmail_quote">---------- Forwarded message ---------<br>From: Bob{OLD}</div>',
    ],
)
def test_own_words_and_what_is_forwarded_are_no_quote(html: str) -> None:
    own, quote = split(html)
    assert quote == ""
    assert ("Shall we meet?" in own) is ("Shall" in html)


def test_words_between_quotes_leave_all_open() -> None:
    answer = "This is what we think of it, at some length, so that nobody misses it. " * 3
    own, quote = split(
        f'<blockquote type="cite">One?</blockquote><p>{answer}</p><blockquote type="cite">Two?</blockquote>'
    )
    assert "One?" in own
    assert quote == "Two?"


@pytest.mark.parametrize(
    ("subject", "expected"),
    [("Fwd: Demo", True), ("WG: Demo", True), ("Пересл: Показ", True), ("Re: Demo", False), ("", False)],
)
def test_a_forward_is_known_by_its_subject(subject: str, expected: bool) -> None:
    assert is_forward(subject) is expected


def test_a_letter_of_a_thousand_quotes_is_read_once() -> None:
    assert split("<blockquote>a</blockquote>words, and many of them, so that it is no closing line" * 3000)[1] in {
        "",
        "a",
    }
