"""What clients say of themselves stands in pages as they said it: none of it becomes a link of ours, or a field."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from crm.contacts import ContactValues, create_contact
from crm.custom_fields import FieldValues, create_field
from crm.models import Contact
from pages.form_sources import get_form
from pages.links import link_for, make_link
from tests.pages.conftest import MakePage, Visit
from tracking.models import Link, TriggerLink

pytestmark = pytest.mark.django_db


@pytest.mark.rule("M116")
@pytest.mark.parametrize("word", ["{triggerlink:8}", "%7BTriggerLink%3A8%7D", "{weblink}", "{formlink}"])
@pytest.mark.parametrize("format_", ["text", "html"])
def test_a_name_is_no_link(alice: Membership, make_page: MakePage, visit: Visit, word: str, format_: str) -> None:
    TriggerLink.objects.create(number=8, name="Give me a discount")
    guest = create_contact(ContactValues(word, "", ["guest@client.example"]))
    page = make_page('<a href="{{ contact.first_name }}">{{ contact.first_name }}</a>', format=format_)
    html = visit(link_for(page, card=guest)).text
    assert not Link.objects.exists()
    assert "/t/" not in html
    assert "/f/" not in html
    assert "/p/" not in html


@pytest.mark.rule("M116")
@pytest.mark.parametrize("cut", [1, 5, 12])
def test_nor_are_two_fields_side_by_side(make_page: MakePage, visit: Visit, cut: int) -> None:
    TriggerLink.objects.create(number=8, name="Give me a discount")
    word = "{triggerlink:8}"
    guest = create_contact(ContactValues(word[:cut], word[cut:], ["guest@client.example"]))
    visit(link_for(make_page("{{ contact.first_name }}{{ contact.last_name }}", format="text"), card=guest))
    assert not Link.objects.exists()


@pytest.mark.rule("M122")
@pytest.mark.parametrize(
    "body",
    [
        '<form action="{formlink}"><input name="lead[1]"></form><!-- <input name="contact[5]"> -->',
        '<form action="{formlink}"><input name="lead[1]"></form><style>/* <input name="contact[5]"> */</style>',
        '<form action="{formlink}"><input name="lead[1]"><p title=\'<input name="contact[5]">\'></p></form>',
    ],
)
def test_what_is_no_field_of_the_page_is_never_written(
    alice: Membership, make_page: MakePage, ana: Contact, body: str
) -> None:
    create_field(alice, FieldValues("contact", "Discount", "text", 5, "discount"))
    form = get_form(make_link(make_page(body, format="html"), ana).tracked_id)
    assert form
    assert form.keys == {"lead[1]"}


@pytest.mark.rule("M122")
def test_a_page_of_plain_text_has_no_fields(make_page: MakePage, ana: Contact) -> None:
    form = get_form(make_link(make_page('<input name="contact[5]">', format="text"), ana).tracked_id)
    assert form
    assert not form.keys
