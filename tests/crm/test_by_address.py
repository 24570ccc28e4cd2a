"""What lists of letters show of the cards of an address."""

from __future__ import annotations

import pytest

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from crm.by_address import StagePlace, contact_ids_of, open_stages_of
from crm.contacts import ContactValues, create_contact
from crm.leads import LeadValues, create_lead
from crm.models import Contact, Stage
from crm.pipelines import create_pipeline

ANA = "ana@client.example"


@pytest.fixture
def ana(in_account: Account) -> Contact:
    return create_contact(ContactValues("Ana", "", [ANA, "ana@home.example"]))


def test_an_address_names_its_oldest_contact(ana: Contact) -> None:
    create_contact(ContactValues("Another Ana", "", [ANA]))
    assert contact_ids_of({ANA, "nobody@client.example"}) == {ANA: ana.pk}


def test_the_newest_open_lead_says_the_stage(ana: Contact) -> None:
    create_pipeline("Sales")
    first, second, *_others = Stage.objects.filter(kind="open").order_by("position")
    create_lead(LeadValues("Older", stage=first, contacts=[ana]))
    create_lead(LeadValues("Newer", stage=second, contacts=[ana]))
    create_lead(LeadValues("Lost", stage=Stage.objects.get(kind="lost"), contacts=[ana]))
    assert open_stages_of({ANA}) == {ANA: StagePlace(second.name, second.position)}


@pytest.mark.rule("G10")
def test_cards_of_another_account_say_nothing(ana: Contact, charlie: Membership) -> None:
    create_lead(LeadValues("Desks", contacts=[ana]))
    with tenant(charlie.account_id):
        assert (contact_ids_of({ANA}), open_stages_of({ANA})) == ({}, {})


def test_no_address_asks_nothing(in_account: Account) -> None:
    assert (contact_ids_of(set()), open_stages_of(set())) == ({}, {})
