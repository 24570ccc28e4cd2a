"""Answers to forms, beside the letter or page they stood in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Membership
from crm.contacts import ContactValues, create_contact
from mailkit.form_reader import TRAP_NAME
from outbox.web_copies import form_address
from pages.links import link_for
from pages.models import PageLink
from pages.pages import create_page
from pages.requests import PageFields
from tests.conftest import MakeMailbox
from tests.pages.forms import FormLetter, make_fields, post, send_form

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]


@pytest.fixture
def letter(alice: Membership, in_account: None, make_mailbox: MakeMailbox) -> FormLetter:
    make_fields(alice)
    return send_form(alice, make_mailbox("alice@acme.example", owner=alice))


@pytest.mark.rule("M126")
def test_they_stand_beside_the_letter(letter: FormLetter, alice: Membership, signed_in: SignIn) -> None:
    post(letter.form_url, {"lead[620111]": "Ring", "lead[657261]": "Barter"})
    post(letter.form_url, {"lead[620111]": "Spam", TRAP_NAME: "x"})
    shown = signed_in(alice).get(f"/mail/letters/{letter.mail.pk}/hits/?open").text
    assert f'href="/contacts/{letter.contact.pk}/"' in shown
    assert "1 field saved, 1 only in the note" in shown
    assert "A program filled in what people do not see." in shown


@pytest.mark.rule("K23")
def test_a_colleague_who_does_not_see_the_letter_does_not_see_them(
    letter: FormLetter, bob: Membership, signed_in: SignIn
) -> None:
    post(letter.form_url, {"lead[620111]": "Ring"})
    assert signed_in(bob).get(f"/mail/letters/{letter.mail.pk}/hits/?open").status_code == 404


@pytest.mark.rule("M117", "M126")
def test_they_stand_beside_the_page(alice: Membership, in_account: None, signed_in: SignIn) -> None:
    make_fields(alice)
    ana = create_contact(ContactValues("Ana", "Morales"))
    body = '<form action="{formlink}"><input name="contact[11973]"></form>'
    made = create_page(alice, PageFields(name="Survey", body=body, format="html"))
    link_for(made, card=ana)
    post(form_address(PageLink.objects.get().tracked_id), {"contact[11973]": "Ana"})
    shown = signed_in(alice).get(f"/settings/mailer/pages/{made.pk}/").text
    assert "Ana Morales" in shown
    assert "1 field saved" in shown
