"""What clients say of themselves runs nowhere in a page, not even in one whose tag manager lets scripts in (M117)."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from crm.contacts import ContactValues, create_contact
from letter_templates.errors import PartRefused
from pages.links import link_for
from tests.pages.conftest import MakePage, Visit

pytestmark = pytest.mark.django_db

PLACES = (
    '<p title="{{v}}">{{v}}</p>',
    '<a href="{{v}}" style="color:{{v}}">x</a>',
    "<a href='{{v}}'>x</a>",
    '<img src="{{v}}" alt="{{v}}">',
    '<form action="{formlink}"><textarea name="lead[1]">{{v}}</textarea></form>',
    '<form action="{formlink}"><select name="lead[1]"><option value="{{v}}">{{v}}</option></select></form>',
    '<form action="{formlink}"><input name="lead[1]" value="{{v}}" placeholder="{{v}}"></form>',
    '<form action="{formlink}"><b>{{v}}</b><input name="lead[1]"></form>',
    "<table><tr><td>{{v}}</table>",
)
WORDS = (
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "</textarea><img src=x onerror=alert(1)>",
    "</option></select><svg onload=alert(1)>",
    "x onmouseover=alert(1)",
    "javascript:alert(1)",
    "</x-textarea><x-select><style><img src=x onerror=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
)


@pytest.mark.rule("M116", "M117")
@pytest.mark.parametrize("word", WORDS)
def test_nothing_runs(make_page: MakePage, visit: Visit, word: str) -> None:
    body = "".join(PLACES).replace("{{v}}", "{{ contact.first_name }}")
    page = make_page(body, format="html", gtm_id="GTM-AB12CDE", header="{{ contact.first_name }}")
    answer = visit(link_for(page, card=create_contact(ContactValues(word, "", ["guest@client.example"]))))
    assert answer.status_code == 200
    tree = LexborHTMLParser(answer.text)
    assert len(tree.css("script")) == 2, "the tag manager's own"
    assert not tree.css("main svg, main style, main iframe, title *")
    for node in tree.css("main *"):
        assert not [name for name in node.attributes if name.startswith("on") or name in ("srcdoc", "formaction")]
        for name in ("href", "src", "action"):
            value = (node.attributes.get(name) or "").strip().lower()
            assert not value.startswith(("javascript:", "vbscript:"))


@pytest.mark.rule("M116")
def test_a_field_that_no_page_can_show_is_refused_when_it_is_saved(make_page: MakePage) -> None:
    with pytest.raises(PartRefused) as refused:
        make_page("<img alt={{ contact.first_name }}>", format="html")
    assert refused.value.part == "body"
