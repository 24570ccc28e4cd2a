"""Leads and companies: by stage, creating, moving on, deleting."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.leads import LeadValues, create_lead
from crm.models import Contact, Lead, Stage
from crm.pipelines import default_stage

SignIn = Callable[[Membership], Client]


@pytest.fixture
def ana(in_account: Account) -> Contact:
    return create_contact(ContactValues("Ana", "Morales", ["ana@client.example"]))


@pytest.fixture
def lead(ana: Contact) -> Lead:
    return create_lead(LeadValues("40 licences", contacts=[ana]))


def test_a_lead_is_begun_from_a_card(signed_in: SignIn, bob: Membership, ana: Contact) -> None:
    client, card = signed_in(bob), reverse("contact", args=[ana.pk])
    begun = client.get(reverse("lead_create"), {"contact": str(ana.pk), "next": card}).content.decode()
    assert f'value="{ana.pk}" checked' in begun
    typed = {"name": "Renewal", "price": "9540.50", "stage": default_stage().pk, "contacts": [ana.pk], "next": card}
    answer = client.post(reverse("lead_create"), typed)
    assert answer["Location"] == card
    assert list(Lead.objects.get().contacts.all()) == [ana]
    assert "Renewal" in client.get(card).content.decode()


def test_errors_keep_what_was_typed(signed_in: SignIn, bob: Membership, ana: Contact) -> None:
    typed = {"name": "Renewal", "price": "-1", "stage": default_stage().pk, "contacts": [ana.pk]}
    answer = signed_in(bob).post(reverse("lead_create"), typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Renewal"' in page
    assert f'value="{ana.pk}" checked' in page


def test_a_lead_moves_to_another_stage(signed_in: SignIn, bob: Membership, lead: Lead) -> None:
    won = Stage.objects.get(kind="won")
    signed_in(bob).post(reverse("lead_move", args=[lead.pk]), {"stage": won.pk})
    lead.refresh_from_db()
    assert lead.stage == won


def test_the_way_back_never_leaves_the_site(signed_in: SignIn, bob: Membership, lead: Lead) -> None:
    values = {"stage": lead.stage_id, "next": "https://elsewhere.example/"}
    answer = signed_in(bob).post(reverse("lead_move", args=[lead.pk]), values)
    assert answer["Location"].startswith(reverse("leads"))


def test_a_lead_is_deleted(signed_in: SignIn, bob: Membership, lead: Lead, ana: Contact) -> None:
    signed_in(bob).post(reverse("lead_delete", args=[lead.pk]))
    assert not Lead.objects.exists()
    assert Contact.objects.exists()


def test_the_picker_keeps_who_is_ticked(signed_in: SignIn, bob: Membership, ana: Contact) -> None:
    tom = create_contact(ContactValues("Tom", "Becker"))
    client, url = signed_in(bob), reverse("lead_contact_options")
    found = client.get(url, {"contacts": str(ana.pk), "find": "tom"}).content.decode()
    assert ("Tom Becker" in found, "Ana" in found) == (True, False)
    ticked = client.get(url, {"contacts": str(ana.pk), "find": "tom", "add": str(tom.pk)}).content.decode()
    assert [f'value="{contact.pk}" checked' in ticked for contact in (ana, tom)] == [True, True]


def test_a_company_shows_its_people(signed_in: SignIn, bob: Membership, in_account: Account) -> None:
    company = write_company(CompanyValues("Harbor"))
    create_contact(ContactValues("Ana", "Morales", company=company))
    client, url = signed_in(bob), reverse("company", args=[company.pk])
    assert "Ana Morales" in client.get(url).content.decode()
    client.post(reverse("company_edit", args=[company.pk]), {"name": "Harbor Ltd", "emails": ["hi@harbor.example"]})
    assert "hi@harbor.example" in client.get(url).content.decode()
    assert "Harbor Ltd" in client.get(reverse("company_names"), {"company": "har"}).content.decode()


def test_another_account_finds_nothing(
    signed_in: SignIn, charlie: Membership, lead: Lead, ana: Contact, in_account: Account
) -> None:
    company, client = write_company(CompanyValues("Harbor")), signed_in(charlie)
    for name, row in (("lead_edit", lead.pk), ("company", company.pk), ("company_edit", company.pk)):
        assert client.get(reverse(name, args=[row])).status_code == 404
    for name in ("lead_move", "lead_delete"):
        assert client.post(reverse(name, args=[lead.pk]), {"stage": lead.stage_id}).status_code == 404
    assert "40 licences" not in client.get(reverse("leads")).content.decode()
    assert "Harbor" not in client.get(reverse("company_names")).content.decode()
    for asked in ({"find": "a"}, {"contacts": str(ana.pk), "add": str(ana.pk)}):
        assert "Ana" not in client.get(reverse("lead_contact_options"), asked).content.decode()
