"""Forms in what members compose (M120), and the words between single braces where an address belongs."""

from __future__ import annotations

import pytest

from mailkit.composed_html import clean_letter_html, clean_quote_html, clean_template_html

# As the manual has it that people copy from, without a closing tag.
SEED_FORM = """<html style="overflow-y: hidden;">
	<title>Example form</title>
<body style="height: auto; min-height: auto;">
<h3>Please fill the blanks<h3>

<form action="{formlink}">
<div>Device type: <select name="lead[620105]"><option value="Laptop">Laptop</option><option value="Smart">Smart</option></select></div>

<div>Service: Cleaning: <input name="lead[620103][]" type="checkbox" value="Cleaning" /> Upgrade: <input name="lead[620103][]" type="checkbox" value="Upgrade" /></div>

<div>Payment: Cash: <input name="lead[657261]" type="radio" value="Cash" /> Online: <input name="lead[657261]" type="radio" value="Online" /></div>

<div>Delivery: <input name="lead[620109]" type="checkbox" value="1" /></div>

<div>Comment: <input name="lead[620111]" type="text" /></div>

<div>Full name: <input name="contact[11973]" type="text" /></div>

<div>Home address: <input name="field[Home address]" type="text" /></div>

<p><input type="submit" value="Send" />&nbsp;</p>


<div>Form doesn't work correctly?  <a href="{weblink}">Open WEB-form.</a></div>
"""  # noqa: E501


@pytest.mark.parametrize("clean", [clean_letter_html, clean_template_html])
@pytest.mark.rule("M80", "M120")
def test_a_word_stays_where_an_address_belongs(clean: object) -> None:
    assert callable(clean)
    for word in ("{triggerlink:8}", "{weblink}", "{formlink}", "{unsubscribelink}"):
        assert clean(f'<a href="{word}">x</a>') == f'<a href="{word}">x</a>'


@pytest.mark.parametrize(
    "written",
    [
        "http://{triggerlink:8}",
        "https://{triggerlink:8}/",
        "%7Btriggerlink%3A8%7D",
        " {TriggerLink:8}",
        "http://%7Btriggerlink:8%7D/",
    ],
)
def test_what_link_editors_make_of_a_word_is_the_word(written: str) -> None:
    assert clean_letter_html(f'<a href="{written}">x</a>') == '<a href="{triggerlink:8}">x</a>'


@pytest.mark.parametrize("word", ["{triggerlink:x}", "{link}", "/{weblink}", "{weblink}/evil", "{{weblink}}"])
def test_other_words_are_no_addresses(word: str) -> None:
    assert clean_letter_html(f'<a href="{word}">x</a>') == "<a>x</a>"


@pytest.mark.rule("M120", "M121")
def test_the_form_of_the_manual_stays_as_it_stands() -> None:
    cleaned = clean_letter_html(clean_template_html(SEED_FORM))
    assert '<form action="{formlink}">' in cleaned
    assert '<select name="lead[620105]"><option value="Laptop">Laptop</option>' in cleaned
    assert '<input name="lead[620103][]" type="checkbox" value="Cleaning">' in cleaned
    assert '<input name="field[Home address]" type="text">' in cleaned
    assert '<a href="{weblink}">Open WEB-form.</a>' in cleaned
    assert "Example form" not in cleaned  # the title belongs in a browser's tab
    assert cleaned.count("</form>") == 1


@pytest.mark.rule("M120")
def test_the_torn_tag_of_the_manual_is_mended() -> None:
    torn = '<form action="{formlink}"><input name="contact[123456]"> type="text" /> - name</form>'
    assert '<input name="contact[123456]" type="text"> - name' in clean_letter_html(torn)


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ('<form action="https://evil.example"><b>x</b></form>', "<b>x</b>"),
        ('<form action="{formlink}x">x</form>', "x"),
        ("<form>x</form>", "x"),
        ('<input name="password" value="x">', '<input value="x">'),
        ('<input type="hidden" name="lead[1]">', '<input name="lead[1]">'),
        ('<input type="file" name="lead[1]" formaction="//evil">', '<input name="lead[1]">'),
        ('<button formaction="https://evil.example" type="submit">x</button>', '<button type="submit">x</button>'),
        ('<select name="lead[ 7 ][0]" onchange="x"></select>', '<select name="lead[7][]"></select>'),
        (
            '<textarea name="lead[1]"><a title="</textarea><img src=x onerror=x>">hi</a></textarea>',
            '<textarea name="lead[1]">hi</textarea>',
        ),
        ("<textarea><textarea></textarea><img onerror=x></textarea>", "<textarea></textarea><img></textarea>"),
    ],
)
def test_no_form_leads_elsewhere_or_asks_for_more(html: str, left: str) -> None:
    assert clean_letter_html(html) == left


def test_what_is_quoted_brings_no_form_and_no_word_of_ours() -> None:
    quoted = clean_quote_html('<form action="{formlink}"><input name="lead[1]"></form><a href="{triggerlink:1}">x</a>')
    assert quoted == "<a>x</a>"


def test_forms_without_end_take_no_time() -> None:
    for piece in ("<form>", "<textarea>", '<input name="lead[1]"> type="x"', "<form action={formlink}><div></form>"):
        assert clean_letter_html(piece * 20_000) is not None
