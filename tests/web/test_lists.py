"""Lists of cards: narrowed by their addresses, and changed by ticked rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.custom_fields import FieldValues, create_field
from crm.customers import CustomerValues, create_customer
from crm.leads import LeadValues, create_lead
from crm.models import Contact, Lead
from crm.pipelines import default_stage
from crm.tags import tags_of
from web.views.lists import PAGE

SignIn = Callable[[Membership], Client]
HTMX = {"HX-Request": "true", "HX-Target": "card-rows"}


@pytest.fixture
def ana(in_account: Account) -> Contact:
    return create_contact(ContactValues("Ana", "Morales", ["ana@client.example"], tags=["vip"]))


def bulk(client: Client, kind: str, change: str, **posted: object) -> str:
    return client.post(reverse("cards_bulk", args=[kind, change]), posted).headers["HX-Trigger"]


@pytest.mark.usefixtures("ana")
def test_each_kind_has_its_list(signed_in: SignIn, bob: Membership) -> None:
    write_company(CompanyValues("Acorn"))
    create_lead(LeadValues("Offer", responsible=bob))
    create_customer(CustomerValues("Ana & Co"))
    client = signed_in(bob)
    wanted = {"contacts": "Ana Morales", "companies": "Acorn", "leads": "Offer", "customers": "Ana &amp; Co"}
    for name, words in wanted.items():
        page = client.get(reverse(name)).content.decode()
        assert words in page
        assert "Nothing found" in client.get(reverse(name), {"q": "zzz"}).content.decode()
    assert "Offer" not in client.get(reverse("leads"), {"responsible": "nobody"}, headers=HTMX).content.decode()


def test_a_list_is_narrowed_by_what_is_typed_into_own_fields(
    signed_in: SignIn, alice: Membership, bob: Membership, ana: Contact
) -> None:
    text, number = (create_field(alice, FieldValues("contact", name, name.lower())) for name in ("Text", "Numeric"))
    own = {str(text.number): "Blue", str(number.number): 12.5}
    create_contact(ContactValues("Ben", custom_fields=own))
    typed = {f"field_{text.number}": "blue", f"field_{number.number}": "12,5"}
    page = signed_in(bob).get(reverse("contacts"), typed).content.decode()
    assert ("Ben" in page, "Ana Morales" in page) == (True, False)
    assert all(f'value="{value}"' in page for value in typed.values())


def test_a_long_list_goes_on_with_its_filter(signed_in: SignIn, bob: Membership, ana: Contact) -> None:
    for number in range(PAGE + 1):
        create_contact(ContactValues(f"Person {number:03}", responsible=bob))
    client = signed_in(bob)
    page = client.get(reverse("contacts"), {"responsible": bob.pk}).content.decode()
    assert page.count('name="ids"') == PAGE
    assert f"responsible={bob.pk}&amp;after=" in page
    after = page.split("after=")[1].split('"')[0].replace("%3D", "=")
    rest = client.get(reverse("contacts"), {"responsible": str(bob.pk), "after": after}, headers=HTMX).content.decode()
    assert "Person 050" in rest
    assert rest.count('name="ids"') == 1


def test_ticked_cards_are_tagged_given_and_moved(signed_in: SignIn, bob: Membership, in_account: Account) -> None:
    leads = [create_lead(LeadValues(name)) for name in ("One", "Two")]
    client, ids = signed_in(bob), [lead.pk for lead in leads]
    assert "2 cards changed" in bulk(client, "lead", "add-tags", ids=ids, tags="hot, spring")
    assert "2 cards changed" in bulk(client, "lead", "remove-tags", all="2", tags="hot", q="")
    assert [tags_of(lead) for lead in Lead.objects.all()] == [["spring"], ["spring"]]
    assert "1 card changed" in bulk(client, "lead", "responsible", ids=ids[:1], person=bob.pk)
    won = default_stage().pipeline.stages.get(kind="won")
    assert "2 leads moved to Won" in bulk(client, "lead", "move", ids=ids, to_stage=won.pk)
    assert Lead.objects.filter(stage=won).count() == 2
    assert "Enter a tag" in bulk(client, "lead", "add-tags", ids=ids, tags=" , ")


def test_all_of_the_list_means_what_the_list_shows(signed_in: SignIn, bob: Membership, ana: Contact) -> None:
    ben = create_contact(ContactValues("Ben"))
    client = signed_in(bob)
    page = client.get(reverse("cards_select_all", args=["contact"]), {"tag": "vip"}).content.decode()
    assert "All 1 card chosen" in page
    bulk(client, "contact", "add-tags", all="1", tag="vip", tags="seen")
    assert [tags_of(one) for one in (ana, ben)] == [["seen", "vip"], []]


def test_deleting_needs_the_number(signed_in: SignIn, bob: Membership, ana: Contact) -> None:
    client = signed_in(bob)
    assert "Nothing is deleted" in bulk(client, "contact", "delete", ids=[ana.pk], count="2")
    assert Contact.objects.exists()
    assert "1 card deleted" in bulk(client, "contact", "delete", ids=[ana.pk], count="1")
    assert not Contact.objects.exists()


def test_a_company_is_added(signed_in: SignIn, bob: Membership, in_account: Account) -> None:
    client = signed_in(bob)
    assert client.get(reverse("company_create")).status_code == 200
    answer = client.post(reverse("company_create"), {"name": "Harbor"}, follow=True)
    assert "Harbor is saved." in answer.content.decode()
    assert client.post(reverse("company_create"), {"name": ""}).status_code == 422


@pytest.mark.rule("G10")
def test_another_account_sees_and_changes_nothing(signed_in: SignIn, charlie: Membership, ana: Contact) -> None:
    client = signed_in(charlie)
    assert "Ana" not in client.get(reverse("contacts"), {"tag": "vip"}).content.decode()
    assert "Nothing is deleted" in bulk(client, "contact", "delete", ids=[ana.pk], count="1")
    assert client.post(reverse("cards_bulk", args=["planet", "delete"])).status_code == 404
    assert client.post(reverse("cards_bulk", args=["contact", "move"])).status_code == 404
    assert Contact.objects.get() == ana
