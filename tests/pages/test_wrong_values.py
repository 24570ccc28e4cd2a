"""A value that its field cannot take is told on the form; nothing is written, and nothing typed is lost (M124)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from accounts.models import Account, Membership
from crm.custom_fields import FieldValues, create_field
from crm.models import Contact
from outbox.web_copies import form_address
from pages.links import link_for
from pages.models import FormAnswer, Page, PageLink
from tests.conftest import MakeMailbox
from tests.mailkit.test_composed_forms import SEED_FORM
from tests.pages.conftest import MakePage
from tests.pages.forms import MORE_INPUTS, FormLetter, get, make_fields, post, send_form
from tracking.models import Hit

pytestmark = [pytest.mark.django_db, pytest.mark.rule("M124")]

MIXED = {
    "lead[620105]": "Smart",
    "lead[620103][]": ["Upgrade"],
    "lead[620109]": "1",
    "lead[620111]": 'Ring "twice" <b>',
    "lead[78]": "a lot",
    "lead[79]": "31.02.2027",
    "utm": "x",
}


@pytest.fixture
def letter(alice: Membership, in_account: None, make_mailbox: MakeMailbox) -> FormLetter:
    make_fields(alice)
    return send_form(alice, make_mailbox("alice@acme.example", owner=alice))


def one(tree: LexborHTMLParser, css: str) -> LexborNode:
    (found,) = tree.css(css)
    return found


def told_at(tree: LexborHTMLParser, name: str) -> str:
    """The sentence that describes this field."""
    field = one(tree, f'[name="{name}"]')
    assert field.attributes["aria-invalid"] == "true"
    return one(tree, f"#{field.attributes['aria-describedby']}").text()


def sent_again(tree: LexborHTMLParser) -> dict[str, object]:
    """What a browser would send of the form as it stands."""
    data: dict[str, list[str]] = {}
    for node in tree.css("form input, form textarea, form select"):
        facts, name = node.attributes, node.attributes.get("name")
        is_off = facts.get("type") in ("checkbox", "radio") and "checked" not in facts
        if not name or is_off:
            continue
        chosen = [option.attributes["value"] for option in node.css("option[selected]")]
        values = chosen if node.tag == "select" else [node.text() if node.tag == "textarea" else facts.get("value")]
        data.setdefault(name, []).extend(value or "" for value in values)
    return dict(data)


@pytest.mark.parametrize("send", [post, get])
def test_the_letter_comes_back_with_a_sentence_at_each_field(letter: FormLetter, send: Callable[..., Any]) -> None:
    answer = send(letter.form_url, MIXED)
    tree = LexborHTMLParser(answer.text)
    assert answer.status_code == 422
    assert told_at(tree, "lead[78]") == "Enter a number, such as 1200.50."
    assert told_at(tree, "lead[79]") == "Enter a date as year, month and day, such as 2027-02-28."
    assert "not saved yet" in one(tree, "form [role=alert]").text()
    assert [node.attributes["name"] for node in tree.css("[autofocus]")] == ["lead[78]"]
    assert len(tree.css("[aria-invalid]")) == 2
    assert "Please fill the blanks" in answer.text
    assert (letter.values(), letter.notes(), FormAnswer.objects.count(), Hit.objects.count()) == ({}, [], 0, 0)


def test_sent_again_as_it_stands_only_what_was_wrong_is_different(letter: FormLetter) -> None:
    tree = LexborHTMLParser(post(letter.form_url, MIXED).text)
    again = sent_again(tree)
    assert again["lead[78]"] == ["a lot"]
    assert again["utm"] == ["x"]
    answer = post(letter.form_url, {**again, "lead[78]": "1200", "lead[79]": "28.02.2027"})
    assert answer.status_code == 200
    assert letter.values() == {
        "620105": "Smart",
        "620103": ["Upgrade"],
        "620109": True,
        "620111": 'Ring "twice" <b>',
        "78": 1200,
        "79": "2027-02-28",
    }
    assert "utm: x" in letter.notes()[0]


def test_in_the_language_of_the_account(letter: FormLetter, account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(language="es")
    tree = LexborHTMLParser(post(letter.form_url, {"lead[78]": "mucho"}).text)
    assert told_at(tree, "lead[78]") == "Escribe un número, por ejemplo 1200.50."


def test_a_choice_that_the_form_does_not_offer(letter: FormLetter) -> None:
    answer = post(letter.form_url, {"lead[620105]": "Tablet"})
    assert told_at(LexborHTMLParser(answer.text), "lead[620105]") == "“Tablet” cannot be chosen here."


def test_an_answer_waits_for_its_confirmation_until_it_is_right(letter: FormLetter, account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(confirm_forms=True)
    assert post(letter.form_url, {"lead[78]": "a lot"}).status_code == 422
    assert "Send your answers?" in post(letter.form_url, {"lead[78]": "12"}).text


def test_no_contact_is_made_for_an_answer_that_is_not_written(letter: FormLetter) -> None:
    letter.lead.delete()
    letter.contact.delete()
    field = {"contact[11973]": "x" * 10_001}
    assert post(letter.form_url, field).status_code == 422
    assert not Contact.objects.exists()


TYPED_CHOICE = '<form action="{formlink}"><textarea name="contact[90]">old</textarea><input name="contact[77]"></form>'


@pytest.fixture
def form_url(alice: Membership, make_page: MakePage, ana: Contact) -> str:
    make_fields(alice)
    link_for(make_page(SEED_FORM + MORE_INPUTS, format="html", number=1028, cache_seconds=60), card=ana)
    return form_address(PageLink.objects.get().tracked_id)


def test_a_page_comes_back_with_its_own_policy_and_is_not_kept(form_url: str, ana: Contact) -> None:
    answer = post(form_url, {"contact[11973]": "x" * 10_001, "field[Home address]": "Elm Street 1"})
    assert answer.status_code == 422
    tree = LexborHTMLParser(answer.text)
    assert told_at(tree, "contact[11973]") == "Enter at most 10000 characters."
    assert one(tree, '[name="field[Home address]"]').attributes["value"] == "Elm Street 1"
    assert "form-action http" in answer["Content-Security-Policy"]
    assert PageLink.objects.get().shown_html == ""


def test_what_to_choose_from_is_told_where_it_is_typed(alice: Membership, make_page: MakePage, ana: Contact) -> None:
    create_field(alice, FieldValues("contact", "Color", "list", 90, options=["Red", "Green"]))
    link_for(make_page(TYPED_CHOICE, format="html"), card=ana)
    url = form_address(PageLink.objects.get().tracked_id)
    tree = LexborHTMLParser(post(url, {"contact[90]": "Purple"}).text)
    assert told_at(tree, "contact[90]") == "“Purple” cannot be chosen here. Choose from: Red, Green."
    assert one(tree, "textarea").text().strip() == "Purple"


def test_a_page_that_cannot_be_shown_asks_on_one_of_ours(form_url: str) -> None:
    Page.objects.update(header="{{ lead.GONE }}")
    tree = LexborHTMLParser(post(form_url, {"contact[11973]": "x" * 10_001, "utm": "Elm"}).text)
    assert told_at(tree, "contact[11973]")
    assert one(tree, '[name="utm"]').attributes["value"] == "Elm"
