"""Duplicates, merging and taking it back, by the pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from crm.models import Contact

SignIn = Callable[[Membership], Client]


@pytest.fixture
def pair(in_account: Account) -> list[Contact]:
    return [
        create_contact(ContactValues("Ana", "Morales", ["ana@client.example"], ["1"])),
        create_contact(ContactValues("Anna", "Morales", ["ANA@client.example", "anna@home.example"])),
    ]


def test_duplicates_are_listed_and_lead_to_merging(signed_in: SignIn, bob: Membership, pair: list[Contact]) -> None:
    client = signed_in(bob)
    page = client.get(reverse("duplicates")).content.decode()
    assert "ana@client.example" in page
    assert "Compare and merge" in page
    assert "No duplicates of this kind" in client.get(reverse("duplicates"), {"by": "phone"}).content.decode()


def test_values_are_chosen_and_it_is_taken_back(signed_in: SignIn, bob: Membership, pair: list[Contact]) -> None:
    client, ids = signed_in(bob), [contact.pk for contact in pair]
    page = client.get(reverse("contact_merge"), {"ids": ids}).content.decode()
    assert page.count('name="first_name"') == 2
    assert 'name="last_name"' not in page  # the same in both
    answer = client.post(reverse("contact_merge"), {"ids": ids, "first_name": ids[1]}, follow=True)
    page = answer.content.decode()
    assert "2 contacts are one card now." in page
    assert "Take it back" in page
    assert Contact.objects.get().name == "Anna Morales"
    page = client.post(reverse("contact_unmerge", args=[ids[0]]), follow=True).content.decode()
    assert "All is as it was before: Anna Morales." in page
    assert "Take it back" not in page
    assert Contact.objects.count() == 2


def test_the_old_address_leads_to_the_new_card(
    signed_in: SignIn, bob: Membership, charlie: Membership, pair: list[Contact]
) -> None:
    client, ids = signed_in(bob), [contact.pk for contact in pair]
    client.post(reverse("contact_merge"), {"ids": ids})
    assert client.get(reverse("contact", args=[ids[1]]))["Location"] == reverse("contact", args=[ids[0]])
    assert signed_in(charlie).get(reverse("contact", args=[ids[1]])).status_code == 404


def test_who_is_no_duplicate_is_not_shown_again(
    signed_in: SignIn, bob: Membership, charlie: Membership, pair: list[Contact]
) -> None:
    client, ids = signed_in(bob), [contact.pk for contact in pair]
    typed = {"one": ids[0], "ids": ids, "by": "email"}
    assert "Not a duplicate" in client.get(reverse("duplicates")).content.decode()
    page = client.post(reverse("contacts_different"), typed, follow=True).content.decode()
    assert "Ana Morales is somebody else" in page
    assert "No duplicates of this kind" in page
    page = client.post(reverse("contacts_different"), {**typed, "undo": "1"}, follow=True).content.decode()
    assert "Compare and merge" in page
    assert signed_in(charlie).post(reverse("contacts_different"), typed).status_code == 404


def test_one_contact_alone_is_not_merged(signed_in: SignIn, bob: Membership, pair: list[Contact]) -> None:
    answer = signed_in(bob).post(reverse("contact_merge"), {"ids": [pair[0].pk]})
    assert answer.status_code == 422
    assert "Choose two to 10 contacts." in answer.content.decode()


def test_the_lists_button_is_led_to_the_page(signed_in: SignIn, bob: Membership, pair: list[Contact]) -> None:
    url = f"{reverse('contact_merge')}?ids={pair[0].pk}"
    assert signed_in(bob).get(url, headers={"HX-Request": "true"})["HX-Redirect"] == url


def test_another_account_is_refused(signed_in: SignIn, charlie: Membership, pair: list[Contact]) -> None:
    client, ids = signed_in(charlie), [contact.pk for contact in pair]
    assert client.get(reverse("contact_merge"), {"ids": ids}).status_code == 404
    assert client.post(reverse("contact_merge"), {"ids": ids}).status_code == 404
    assert client.post(reverse("contact_unmerge", args=[ids[0]])).status_code == 404
    assert "ana@" not in client.get(reverse("duplicates")).content.decode()
    assert Contact.objects.count() == 2


def test_the_first_tab_with_duplicates_is_shown(signed_in: SignIn, bob: Membership, in_account: Account) -> None:
    for address in ("ana@client.example", "ana@home.example"):
        create_contact(ContactValues("Ana", "Morales", [address]), member=bob)
    page = signed_in(bob).get(reverse("duplicates")).content.decode()
    assert "ana@home.example" in page
