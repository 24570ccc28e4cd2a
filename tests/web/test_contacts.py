"""Contacts: the list, the card, creating, changing, deleting."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from crm.models import Company, Contact
from tests.conftest import MakeMailbox
from threads.models import Message, Participant, Thread
from web.views.lists import PAGE

SignIn = Callable[[Membership], Client]
HTMX = {"HX-Request": "true", "HX-Target": "contact-rows"}


@pytest.fixture
def ana(in_account: Account) -> Contact:
    return create_contact(ContactValues("Ana", "Morales", ["ana@client.example"], ["+34 955"]))


def file_letter(alice: Membership, make_mailbox: MakeMailbox, sender: str, *, owner: Membership | None = None) -> None:
    """One stored letter from this address."""
    mailbox = make_mailbox(f"box-{owner}@acme.example", owner=owner, account_of=None if owner else alice)
    facts = {"subject": "Quote for licences", "mailbox": mailbox}
    thread = Thread.objects.create(
        **facts, counterpart_address=sender, counterpart_key=sender, message_count=1, incoming_count=1,
        last_message_at="2026-11-20T10:00:00Z",
    )  # fmt: skip
    message = Message.objects.create(
        **facts, thread=thread, thread_reason="first", identity=b"1" * 32, group_key=b"1" * 32, direction="incoming",
        from_address=sender, received_at="2026-11-20T10:00:00Z", size=100,
    )  # fmt: skip
    Participant.objects.create(message=message, role="from", position=0, email=sender, email_key=sender)


@pytest.mark.rule("G02", "R08")
def test_stored_mail_comes_to_a_new_card_and_is_counted(
    signed_in: SignIn, alice: Membership, bob: Membership, in_account: Account, make_mailbox: MakeMailbox
) -> None:
    file_letter(alice, make_mailbox, "luca@client.example")
    file_letter(alice, make_mailbox, "luca@client.example", owner=alice)  # not for Bob's eyes
    client = signed_in(bob)
    answer = client.post(
        reverse("contact_create"), {"first_name": "Luca", "emails": ["luca@client.example", ""]}, follow=True
    )
    page = answer.content.decode()
    assert "1 letter that was here already stands on the card." in page
    assert page.count("Quote for licences") == 1


def test_several_lines_and_a_new_company_are_saved(signed_in: SignIn, bob: Membership, in_account: Account) -> None:
    typed = {
        "last_name": "Okafor",
        "emails": ["g@a.example", " h@a.example "],
        "phones": ["1", "2"],
        "company": "Harbor",
    }
    signed_in(bob).post(reverse("contact_create"), typed)
    contact = Contact.objects.get()
    assert [row.email for row in contact.emails.all()] == ["g@a.example", "h@a.example"]
    assert (contact.phones, contact.company.name) == (["1", "2"], "Harbor")


def test_a_wrong_address_keeps_what_was_typed_and_makes_no_company(
    signed_in: SignIn, bob: Membership, in_account: Account
) -> None:
    typed = {"first_name": "Grace", "emails": ["not an address"], "company": "Harbor"}
    answer = signed_in(bob).post(reverse("contact_create"), typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="not an address"' in page
    assert 'value="Grace"' in page
    assert "is not an email address" in page
    assert not Company.objects.exists()


def test_a_contact_is_changed(signed_in: SignIn, bob: Membership, ana: Contact) -> None:
    client = signed_in(bob)
    assert 'value="ana@client.example"' in client.get(reverse("contact_edit", args=[ana.pk])).content.decode()
    client.post(reverse("contact_edit", args=[ana.pk]), {"first_name": "Anna", "emails": ["anna@client.example"]})
    ana.refresh_from_db()
    assert ana.name == "Anna"
    assert [row.email for row in ana.emails.all()] == ["anna@client.example"]


def test_the_card_offers_to_write(signed_in: SignIn, bob: Membership, ana: Contact) -> None:
    page = signed_in(bob).get(reverse("contact", args=[ana.pk])).content.decode()
    assert "/mail/inbox/?compose=ana%40client.example&amp;contact=" in page


def test_a_contact_is_deleted(signed_in: SignIn, bob: Membership, ana: Contact) -> None:
    signed_in(bob).post(reverse("contact_delete", args=[ana.pk]))
    assert not Contact.objects.exists()


@pytest.mark.parametrize("text", ["ana", "Mora", "ANA@cli"])
def test_search_finds_beginnings_of_names_and_addresses(
    signed_in: SignIn, bob: Membership, ana: Contact, text: str
) -> None:
    create_contact(ContactValues("Tom", "Becker"))
    page = signed_in(bob).get(reverse("contacts"), {"q": text}, headers=HTMX).content.decode()
    assert "Ana Morales" in page
    assert "Tom Becker" not in page
    assert "<html" not in page


def test_the_list_is_read_page_by_page(signed_in: SignIn, bob: Membership, in_account: Account) -> None:
    Contact.objects.bulk_create(Contact(name=f"Person {n:03}") for n in range(PAGE + 5))
    client, seen, url = signed_in(bob), "", reverse("contacts")
    first = client.get(url, headers=HTMX).content.decode()
    place = first.split('hx-get="')[1].split('"')[0]
    seen = first + client.get(url + place, headers=HTMX).content.decode()
    assert all(seen.count(f">Person {n:03}<") == 1 for n in range(PAGE + 5))


@pytest.mark.parametrize("name", ["contact", "contact_edit"])
def test_another_account_finds_nothing(signed_in: SignIn, charlie: Membership, ana: Contact, name: str) -> None:
    client = signed_in(charlie)
    assert client.get(reverse(name, args=[ana.pk])).status_code == 404
    assert client.post(reverse("contact_delete", args=[ana.pk])).status_code == 404
    assert "Ana" not in client.get(reverse("contacts")).content.decode()
