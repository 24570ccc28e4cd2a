"""The timeline on the page of a card."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from crm.leads import LeadValues, create_lead, move_lead
from crm.models import Contact, Note, Stage
from crm.notes import create_note
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Mail, Post

SignIn = Callable[[Membership], Client]
HTMX = {"HX-Request": "true"}
ANNA = "anna@client.example"


@pytest.fixture
def anna(in_account: Account) -> Contact:
    return create_contact(ContactValues("Anna", "Petrova", [ANNA]))


def test_letters_notes_tasks_and_events_stand_in_words(
    signed_in: SignIn, alice: Membership, bob: Membership, anna: Contact, make_mailbox: MakeMailbox
) -> None:
    Post(make_mailbox(SALES, account_of=alice)).file(Mail("Offer for you"))
    lead = create_lead(LeadValues("40 licences", contacts=[anna]), member=bob)
    before, won = lead.stage.name, Stage.objects.get(kind="won")
    move_lead(lead, won, member=bob)
    create_note(anna, "Likes tea\n<b>much</b>", author=bob)
    client = signed_in(alice)
    page = client.get(reverse("contact", args=[anna.pk])).content.decode()
    for words in ("Offer for you", "Likes tea\n&lt;b&gt;", f"Moved from “{before}” to “{won.name}”", "40 licences"):
        assert words in page, words
    shown = client.get(reverse("contact", args=[anna.pk]), {"show": "notes"}, headers=HTMX).content.decode()
    assert "Likes tea" in shown
    assert "Offer for you" not in shown
    assert "<html" not in shown


def test_more_is_loaded_page_by_page(signed_in: SignIn, bob: Membership, anna: Contact) -> None:
    Note.objects.bulk_create(Note(contact=anna, text=f"Note {number:03}") for number in range(60))
    client, url = signed_in(bob), reverse("contact", args=[anna.pk])
    first = client.get(url).content.decode()
    more = re.search(r'href="(\?show=&amp;after=[^"]+)"', first)
    assert more
    rest = client.get(url + more[1].replace("&amp;", "&"), headers=HTMX).content.decode()
    assert all((first + rest).count(f"Note {number:03}") == 1 for number in range(60))


def test_a_place_that_is_none_begins_at_the_beginning(signed_in: SignIn, bob: Membership, anna: Contact) -> None:
    create_note(anna, "Likes tea", author=bob)
    for place in ("x", "bnVsbA", "WzEsMiwzXQ", ""):
        page = signed_in(bob).get(reverse("contact", args=[anna.pk]), {"after": place, "show": "no such"})
        assert "Likes tea" in page.content.decode()


@pytest.mark.rule("K23")
def test_what_a_member_may_not_see_is_not_on_the_page(
    signed_in: SignIn, alice: Membership, bob: Membership, anna: Contact, make_mailbox: MakeMailbox
) -> None:
    Post(make_mailbox("alice@acme.example", owner=alice)).file(Mail("Secret offer"))
    lead = create_lead(LeadValues("Deal", contacts=[anna]))
    for name, row_id in (("contact", anna.pk), ("lead", lead.pk)):
        assert "Secret offer" not in signed_in(bob).get(reverse(name, args=[row_id])).content.decode()
        assert "Secret offer" in signed_in(alice).get(reverse(name, args=[row_id])).content.decode()


def test_the_page_of_a_lead(signed_in: SignIn, bob: Membership, charlie: Membership, anna: Contact) -> None:
    lead = create_lead(LeadValues("Deal", contacts=[anna]), member=bob)
    url = reverse("lead", args=[lead.pk])
    page = signed_in(bob).get(url).content.decode()
    for words in ("Anna Petrova", f"compose=&amp;lead={lead.pk}", lead.stage.name, "The card was created"):
        assert words in page, words
    assert signed_in(charlie).get(url).status_code == 404


def test_addresses_that_take_no_mail_are_marked(signed_in: SignIn, bob: Membership, anna: Contact) -> None:
    client, url = signed_in(bob), reverse("contact", args=[anna.pk])
    assert "Wants no mail</span>" not in client.get(url).content.decode().split("card-facts")[1]
    for value, is_marked in (("1", True), ("", False)):
        client.post(reverse("contact_unsubscribed", args=[anna.pk]), {"is_unsubscribed": value})
        facts = client.get(url).content.decode().split("card-facts")[1]
        assert ("Wants no mail" in facts) == is_marked
