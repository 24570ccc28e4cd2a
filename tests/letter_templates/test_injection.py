"""Nothing written between braces reaches an object, a secret, or HTML that is not ours."""

from __future__ import annotations

import json
import re

import pytest

from letter_templates.errors import TemplateRefused
from letter_templates.rendering import check, render
from mailkit.child_pool import ChildFailed, ChildPool
from mailkit.child_process import pack
from tests.letter_templates.hostile import injections

VALUES = {"user.name": "A<b>nn", "user.email": "", "account.name": "Acme", "mailbox.address": "{{ self }}"}
LEAKED = re.compile(
    r"<class|<built-in|<function|<bound|<module|object at 0x|__\w+__|root:|SECRET|TemplateReference"
    r"|<script|<b>|49|{'|\['"
)
INJECTIONS = list(injections())


@pytest.mark.rule("K52")
def test_hostile_texts_are_refused_or_come_out_as_plain_text() -> None:
    assert len(INJECTIONS) >= 150
    let_through = [text for source in INJECTIONS if (text := text_of(source)) is not None]
    assert not [text for text in let_through if LEAKED.search(text)]
    assert len(let_through) < 10


def text_of(source: str) -> str | None:
    """None when it was refused: at saving, and then at sending, too."""
    try:
        check(source, VALUES)
    except TemplateRefused:
        with pytest.raises(TemplateRefused):
            render(source, VALUES, format="html")
        return None
    return render(source, VALUES, format="html").text


def test_without_our_rules_many_of_them_reach_what_they_want() -> None:
    """The control: else the test above would pass with texts that are broken."""
    bare = ChildPool("tests.letter_templates.bare_child")
    leaks = 0
    for source in INJECTIONS:
        try:
            found = bare.ask(pack({"user": VALUES}, source.encode()), _text, seconds=3, most_bytes=10**8)
        except ChildFailed:
            continue
        leaks += bool(LEAKED.search(found))
    bare.close()
    assert leaks > 40


def _text(words: bytes, data: bytes) -> str:
    return str(json.loads(words)) + data.decode()


def test_values_are_never_read_as_templates_or_html() -> None:
    found = render("{{ mailbox.address }} {{ user.name }}", VALUES, format="html")
    assert found.text == "{{ self }} A&lt;b&gt;nn"


@pytest.mark.rule("M13")
@pytest.mark.parametrize(
    "hostile", ["Ann\r\nBcc: x@x.example", "Ann\nX", "Ann\0", "Ann\x85X: y", "A\u2028B", "\x1b[2J"]
)
def test_a_value_cannot_add_a_header(hostile: str) -> None:
    text = render("Hi {{ name }}!", {"name": hostile}, format="header").text
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", text)
    assert text.startswith("Hi ")
    assert text.endswith("!")


def test_a_literal_cannot_add_a_header_either() -> None:
    assert render(r"Hi{{ '\r\nBcc: x' }}", {}, format="header").text == "Hi Bcc: x"
    assert render("Hi\r\nBcc: x", {}, format="header").text == "Hi Bcc: x"
