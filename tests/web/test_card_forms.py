"""The forms that change a whole card: saved as they are shown, they change nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser, LexborNode

from accounts.models import Account, Membership
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.custom_fields import FieldValues, change_field, create_field
from crm.customers import CustomerValues, create_customer
from crm.leads import LeadValues, create_lead
from crm.models import Card, CardEvent, Company, Contact, ContactEmail, CustomField, Lead, Stage, Store
from crm.pipelines import default_stage
from crm.task_types import list_types
from crm.tasks import TaskValues, create_task

SignIn = Callable[[Membership], Client]
OWN = {
    "text": "Likes tea\nand coffee",
    "numeric": 12.5,
    "list": "Red",
    "multilist": ["Red", "Blue"],
    "switch": True,
    "flag": True,
    "date": "2026-12-24",
}


@pytest.fixture
def cards(in_account: Account, alice: Membership, bob: Membership) -> list[Card]:
    """One of each kind, with everything filled in; who is responsible has left."""
    shop = Store.objects.create(name="Shop")
    emails = [f"ana{number}@client.example" for number in range(30)]
    phones = [f"+34 955 {number}" for number in range(30)]
    office = write_company(CompanyValues("Harbor", emails, phones, bob, own_values(alice, "company")))
    own = own_values(alice, "contact")
    ana = create_contact(ContactValues("Ana", "Morales", emails, phones, office, bob, shop, own))
    default_stage()
    won, own = Stage.objects.get(kind="won"), own_values(alice, "lead")
    deal = create_lead(LeadValues("Deal", Decimal("12.50"), won, office, bob, [ana], own))
    own = own_values(alice, "customer")
    customer = create_customer(CustomerValues("Harbor", [ana], office, bob, date(2027, 1, 2), own))
    Membership.objects.filter(pk=bob.pk).update(is_active=False)
    return [ana, office, deal, customer]


def own_values(admin: Membership, entity: str) -> dict[str, Any]:
    options = ["Red", "Blue"]
    made = {
        kind: create_field(admin, FieldValues(entity, kind, kind, options=options if "list" in kind else []))
        for kind in CustomField.Type.values
    }
    return {str(field.number): OWN[kind] for kind, field in made.items()}


def is_queried(rows: object) -> bool:
    return hasattr(rows, "values_list")


def stored(card: Card) -> dict[str, Any]:
    """What stands in the tables, but for the time of the change."""
    row: dict[str, Any] = dict(type(card)._base_manager.filter(pk=card.pk).values().get())
    row.pop("updated_at", None)
    rows: dict[str, Any] = {name: getattr(card, name, None) for name in ("contacts", "emails")}
    linked = {name: sorted(found.values_list("pk", flat=True)) for name, found in rows.items() if is_queried(found)}
    return {**row, "linked": linked, "events": CardEvent.objects.count()}


def shown_values(page: str) -> dict[str, list[str]]:
    """What a browser sends when the form is saved as it came."""
    form = LexborHTMLParser(page).css_first("form.stack[method=post]")
    assert form is not None
    typed: dict[str, list[str]] = {}
    for node in form.css("[name]"):
        typed.setdefault(node.attributes["name"] or "", []).extend(values_of(node))
    return typed


def values_of(node: LexborNode) -> list[str]:
    if node.tag == "select":
        chosen = node.css("option[selected]") or node.css("option")[:1]
        return [option.attributes.get("value") or "" for option in chosen]
    if node.tag == "textarea":
        return [node.text().removeprefix("\n")]
    if node.attributes.get("type") in ("checkbox", "radio"):
        return [node.attributes.get("value") or "on"] if "checked" in node.attributes else []
    return [node.attributes.get("value") or ""]


@pytest.mark.rule("R09")
@pytest.mark.parametrize("number", range(4), ids=["contact", "company", "lead", "customer"])
def test_a_card_saved_as_its_form_shows_it_is_what_it_was(
    signed_in: SignIn, alice: Membership, cards: list[Card], number: int
) -> None:
    card, client = cards[number], signed_in(alice)
    before, url = stored(card), reverse(f"{type(card).__name__.lower()}_edit", args=[card.pk])
    typed = shown_values(client.get(url).content.decode())
    assert client.post(url, typed).status_code == 302
    assert stored(card) == before


def test_a_choice_that_was_taken_away_stays_where_it_was_made(
    signed_in: SignIn, alice: Membership, cards: list[Card]
) -> None:
    for field in CustomField.objects.exclude(options=[]):
        change_field(alice, field, FieldValues(field.entity, field.name, field.type, options=["Blue"]))
    client = signed_in(alice)
    for card in cards:
        before, url = stored(card), reverse(f"{type(card).__name__.lower()}_edit", args=[card.pk])
        assert client.post(url, shown_values(client.get(url).content.decode())).status_code == 302
        assert stored(card) == before


@pytest.mark.rule("R09")
def test_a_new_contact_gets_a_store(signed_in: SignIn, alice: Membership, in_account: Account) -> None:
    shop = Store.objects.create(name="Shop")
    page = signed_in(alice).get(reverse("contact_create")).content.decode()
    assert "store" in shown_values(page)
    signed_in(alice).post(reverse("contact_create"), {"first_name": "Ana", "store": shop.pk})
    assert Contact.objects.get().store == shop


def test_another_who_has_left_is_not_offered(signed_in: SignIn, alice: Membership, cards: list[Card]) -> None:
    Lead.objects.update(responsible=alice)
    page = signed_in(alice).get(reverse("lead_edit", args=[cards[2].pk])).content.decode()
    assert "Bob" not in page


def test_a_task_keeps_who_has_left(signed_in: SignIn, alice: Membership, bob: Membership, cards: list[Card]) -> None:
    due_at = cards[0].created_at
    task = create_task(cards[0], TaskValues(list_types()[0], due_at, "Call", bob), member=alice)
    page = signed_in(alice).get(reverse("task", args=[task.pk])).content.decode()
    assert f'<option value="{bob.pk}" selected' in page


def test_more_lines_than_fit_are_refused_and_stay_as_typed(
    signed_in: SignIn, alice: Membership, cards: list[Card]
) -> None:
    contact, company = cards[:2]
    emails = [f"x{number}@client.example" for number in range(51)]
    client = signed_in(alice)
    for card, name in ((contact, "contact"), (company, "company")):
        url = reverse("card_field", args=[name, card.pk, "emails"])
        answer = client.post(url, {"emails": emails})
        assert answer.status_code == 422
        assert "At most 50" in answer.content.decode()
        assert "x50@client.example" in answer.content.decode()
    assert ContactEmail.objects.filter(email="ana29@client.example").exists()
    assert len(Company.objects.get().emails) == 30


def test_what_a_merge_brought_together_is_saved_again(
    signed_in: SignIn, alice: Membership, in_account: Account
) -> None:
    ana = create_contact(ContactValues("Ana", "", ["ana@client.example"]))
    rows = [ContactEmail(contact=ana, email=mail, email_key=mail, position=1) for mail in many_addresses()]
    ContactEmail.objects.bulk_create(rows)
    typed = {"first_name": "Anna", "emails": ["ana@client.example", *many_addresses()]}
    assert signed_in(alice).post(reverse("contact_edit", args=[ana.pk]), typed).status_code == 302
    assert ana.emails.count() == 61
    assert Contact.objects.get().first_name == "Anna"


def many_addresses() -> list[str]:
    return [f"x{number}@client.example" for number in range(60)]


def test_another_account_does_not_open_them(signed_in: SignIn, charlie: Membership, cards: list[Card]) -> None:
    for card in cards:
        url = reverse(f"{type(card).__name__.lower()}_edit", args=[card.pk])
        assert signed_in(charlie).get(url).status_code == 404
