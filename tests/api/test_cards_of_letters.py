"""What the API says about letters on cards is what the cards show (R08)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.customers import CustomerValues, create_customer
from crm.leads import LeadValues, create_lead, move_lead
from crm.models import Card, Lead, Stage
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, json_of
from tests.api.conftest import MakeLetter
from threads.models import Message
from threads.timeline import LETTERS, timeline

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R08")]


@pytest.fixture
def cards(alice: Membership) -> dict[str, Card]:
    """Of Dana and her firm; Eve stands on the card of another firm only."""
    with tenant(alice.account_id):
        firm = write_company(CompanyValues("Client"))
        dana = create_contact(ContactValues("Dana", emails=["dana@client.example"], company=firm))
        lead = create_lead(LeadValues("Chairs", contacts=[dana]))
        customer = create_customer(CustomerValues("Client", contacts=[dana]))
        other = write_company(CompanyValues("Eve's", emails=["EVE@client.example"]))
    return {"contact": dana, "company": firm, "lead": lead, "customer": customer, "other": other}


def ids_of(api: ApiClient, path: str, **query: Any) -> set[str]:
    return {row["id"] for row in json_of(api.get(path, **query))["results"]}


def close(lead: Card) -> None:
    assert isinstance(lead, Lead)
    move_lead(lead, Stage.objects.get(kind="won"))
    Lead.objects.update(closed_at=timezone.now() - timedelta(days=400))


def test_a_letter_names_every_card_that_shows_it(
    alice_api: ApiClient, alice: Membership, sales: Mailbox, make_letter: MakeLetter, cards: dict[str, Card]
) -> None:
    letter = make_letter(sales)
    types = ["contact", "company", "other", "lead", "customer"]
    wanted = [{"type": kind.replace("other", "company"), "id": str(cards[kind].pk)} for kind in types]
    assert json_of(alice_api.get(f"messages/{letter.pk}/"))["cards"] == wanted
    with tenant(alice.account_id):
        close(cards["lead"])
    del wanted[3]
    assert json_of(alice_api.get("messages/"))["results"][0]["cards"] == wanted
    assert json_of(alice_api.get("search/", q="Offer"))["messages"][0]["cards"] == wanted


def test_many_letters_cost_no_more_statements(
    alice_api: ApiClient,
    sales: Mailbox,
    make_letter: MakeLetter,
    cards: dict[str, Card],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    make_letter(sales)
    with django_assert_max_num_queries(100) as one:
        alice_api.get("messages/")
    for _ in range(4):
        make_letter(sales)
    with django_assert_max_num_queries(len(one)):
        assert len(json_of(alice_api.get("messages/"))["results"]) == 5


@pytest.mark.parametrize("name", ["contact", "company", "other", "lead", "customer"])
def test_the_filters_find_what_the_card_shows(
    alice_api: ApiClient, alice: Membership, sales: Mailbox, make_letter: MakeLetter, cards: dict[str, Card], name: str
) -> None:
    letter, kind = make_letter(sales), name.replace("other", "company")
    query = {kind: cards[name].pk}
    assert ids_of(alice_api, "messages/", **query) == {str(letter.pk)}
    assert ids_of(alice_api, "threads/", **query) == {str(letter.thread_id)}
    assert ids_of(alice_api, "messages/", **{kind: 0}) == set()


@pytest.mark.parametrize("path", ["messages/", "threads/"])
def test_a_closed_lead_gets_no_more_letters(
    alice_api: ApiClient, alice: Membership, sales: Mailbox, make_letter: MakeLetter, cards: dict[str, Card], path: str
) -> None:
    make_letter(sales)
    with tenant(alice.account_id):
        close(cards["lead"])
        lead = Lead.objects.get()
        assert not timeline(alice, lead, kinds=LETTERS).entries
        assert ids_of(alice_api, path, lead=lead.pk) == set()
        Lead.objects.update(closed_at=timezone.now())
        assert Message.objects.count() == len(ids_of(alice_api, path, lead=lead.pk)) == 1


def test_charlie_finds_nothing(
    charlie_api: ApiClient, sales: Mailbox, make_letter: MakeLetter, cards: dict[str, Card]
) -> None:
    make_letter(sales)
    for kind in ("contact", "company", "lead", "customer"):
        assert ids_of(charlie_api, "messages/", **{kind: cards[kind].pk}) == set()
