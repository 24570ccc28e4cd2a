"""Letters begun from a card: "To" offers everybody on it (M10, M12)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Account, Membership
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.customers import CustomerValues, create_customer
from crm.leads import LeadValues, create_lead
from crm.models import Contact
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES
from tests.web.compose_state import state_of

pytestmark = pytest.mark.rule("M10", "M12")
SignIn = Callable[[Membership], Client]


@pytest.fixture
def cards(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> dict[str, int]:
    """Ana and Tom, and all that they stand on."""
    make_mailbox(SALES, account_of=alice)
    harbor = write_company(CompanyValues("Harbor", emails=["office@harbor.example"]))
    ana = create_contact(ContactValues("Ana", "Morales", ["ana@client.example", "ana@home.example"], company=harbor))
    tom = create_contact(ContactValues("Tom", "Lee", ["tom@client.example"], company=harbor))
    create_contact(ContactValues("Eve", "Else", ["eve@client.example"]))
    both = [ana, tom]
    return {
        "contact": ana.pk,
        "company": harbor.pk,
        "lead": create_lead(LeadValues("Deal", contacts=both)).pk,
        "customer": create_customer(CustomerValues("Harbor", contacts=both)).pk,
    }


def offered(client: Client, **card: int) -> list[str]:
    people = client.get("/mail/people/", card).context["people"]
    return [person.email for person in people]


def test_everybody_on_the_card_is_offered_and_nobody_else(
    signed_in: SignIn, alice: Membership, cards: dict[str, int]
) -> None:
    client, ana = signed_in(alice), ["ana@client.example", "ana@home.example"]
    assert offered(client, contact=cards["contact"]) == ana
    assert offered(client, company=cards["company"]) == ["office@harbor.example", *ana, "tom@client.example"]
    for kind in ("lead", "customer"):
        assert offered(client, **{kind: cards[kind]}) == [*ana, "tom@client.example"]
    assert offered(client) == []


def test_the_letter_is_that_of_the_card(signed_in: SignIn, alice: Membership, cards: dict[str, int]) -> None:
    client = signed_in(alice)
    for kind, row_id in cards.items():
        page = client.get("/mail/compose/", {kind: row_id}).content.decode()
        assert f'"{kind}": "{row_id}"' in page
        fields = state_of(page)["fields"]
        known = {"contact": None, "lead": None} | ({kind: row_id} if kind in ("contact", "lead") else {})
        assert {name: fields[name] for name in known} == known


def test_each_card_has_the_way_to_it(signed_in: SignIn, alice: Membership, cards: dict[str, int]) -> None:
    client = signed_in(alice)
    places = {
        "contact": f"/contacts/{cards['contact']}/",
        "company": f"/companies/{cards['company']}/",
        "customer": f"/customers/{cards['customer']}/",
        "lead": f"/leads/{cards['lead']}/",
    }
    for kind, url in places.items():
        assert f"&amp;{kind}={cards[kind]}" in client.get(url).content.decode(), url


def test_cards_of_another_account_are_not_there(
    signed_in: SignIn, charlie: Membership, cards: dict[str, int], make_mailbox: MakeMailbox
) -> None:
    make_mailbox("charlie@other.example", account_of=charlie)
    client = signed_in(charlie)
    for kind, row_id in cards.items():
        assert client.get("/mail/compose/", {kind: row_id}).status_code == 404
        assert client.get(f"/mail/people/?{kind}={row_id}").status_code == 404
    assert Contact.objects.count() == 3
