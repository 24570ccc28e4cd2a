"""Cards from a file: made, matched, changed; what is wrong is said by line and column."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts.models import Account, AuditEvent, Membership
from crm.contacts import ContactValues, create_contact
from crm.csv_import import ImportSettings, start_import, write_bad_rows
from crm.custom_fields import FieldValues, create_field
from crm.errors import WrongState
from crm.models import CardEvent, CardImport, Company, Contact, Customer, Lead, Stage
from crm.pipelines import default_stage
from crm.tags import tags_of
from tests.conftest import MakeMailbox
from tests.crm.importing import SKIP, counts, imported, tried
from tests.threads.builders import SALES, Mail, Post
from threads.models import CardLink

pytestmark = pytest.mark.django_db

PEOPLE = """First name;Last name;E-mail;Phone;Company;Responsible;Tags
Ana;Morales;ana@client.example, Ana@home.example;+34 955 1;Harbor;bob@acme.example;vip; old
Tom;Becker;tom@client.example;;harbor;;
"""


@pytest.fixture
def people() -> str:
    return PEOPLE.replace("vip; old", '"vip; old"')


def test_contacts_come_with_addresses_company_and_tags(
    in_account: Account, alice: Membership, bob: Membership, people: str
) -> None:
    done = imported(alice, "contact", people)
    assert (done.state, counts(done)) == ("done", (2, 0, 0, 0))
    ana = Contact.objects.get(name="Ana Morales")
    assert [row.email for row in ana.emails.all()] == ["ana@client.example", "Ana@home.example"]
    assert (ana.phones, ana.responsible, tags_of(ana)) == (["+34 955 1"], bob, ["old", "vip"])
    assert Company.objects.get().contacts.count() == 2
    assert CardEvent.objects.get(contact=ana).facts == {"how": "import"}
    assert AuditEvent.objects.get(action="cards.imported").facts["created_count"] == 2
    assert CardImport.objects.get().content is None


def test_trying_changes_nothing(in_account: Account, alice: Membership, bob: Membership, people: str) -> None:
    row = tried(alice, "contact", people)
    assert (row.state, counts(row)) == ("tried", (2, 0, 0, 0))
    assert not Contact.objects.exists()
    assert not Company.objects.exists()


def test_a_known_address_changes_the_card_and_an_empty_cell_does_not(in_account: Account, alice: Membership) -> None:
    create_contact(ContactValues("Ana", "Morales", ["ana@client.example"], ["1"]))
    file = "First name,Last name,Emails,Phones\nAnna,,ANA@client.example; new@client.example,2\n"
    assert counts(imported(alice, "contact", file)) == (0, 1, 0, 0)
    ana = Contact.objects.get()
    assert (ana.name, ana.phones) == ("Anna Morales", ["1", "2"])
    assert [row.email for row in ana.emails.all()] == ["ana@client.example", "new@client.example"]


@pytest.mark.parametrize(("matching", "found"), [("skip", (0, 0, 1, 0)), ("create", (1, 0, 0, 0))])
def test_what_becomes_of_a_known_card_is_chosen(
    in_account: Account, alice: Membership, matching: str, found: tuple[int, ...]
) -> None:
    create_contact(ContactValues("Ana", "", ["ana@client.example"]))
    done = imported(alice, "contact", "First name,Email\nX,ana@client.example\n", ImportSettings(matching=matching))
    assert counts(done) == found
    assert Contact.objects.filter(name="Ana").count() == 1


def test_one_person_twice_in_a_file_is_one_card(in_account: Account, alice: Membership) -> None:
    file = "Name,Email,Phone\nAna Morales,ana@client.example,1\nAna Morales,ana@client.example,2\n"
    done = imported(alice, "contact", file)
    assert (counts(done), done.merged_count) == ((1, 0, 0, 0), 1)
    assert Contact.objects.get().phones == ["1", "2"]


def test_bad_rows_are_told_and_stop_the_import_until_they_are_left_out(in_account: Account, alice: Membership) -> None:
    good = ("Ana,ana@client.example,", "=Eve,eve@client.example,")
    file = f"First name,Email,Responsible\n{good[0]}\n\nTom,nobody,x@y.example\n,,\n{good[1]}\n"
    row = tried(alice, "contact", file)
    assert counts(row) == (2, 0, 0, 1)
    (bad,) = row.bad_rows
    assert (bad["line"], [column for column, _text in bad["problems"]]) == (4, ["Email", "Responsible"])
    with pytest.raises(WrongState):
        start_import(row)
    text = "".join(write_bad_rows(row))
    assert "4," in text
    assert "Tom,nobody,x@y.example" in text
    assert counts(imported(alice, "contact", file, SKIP)) == (2, 0, 0, 1)


def test_leads_find_stage_price_and_people(in_account: Account, alice: Membership) -> None:
    create_contact(ContactValues("Ana", "", ["ana@client.example"]))
    default_stage()
    won = Stage.objects.get(kind="won")
    file = (
        "Название сделки\tЦена\tЭтап\tПочта\n40 licences\t9 540,50 €\twon\tana@client.example; new@client.example\n"
        "Other\t1,234\t\t\nBad\tmuch\tnowhere\t\n"
    )
    done = imported(alice, "lead", file.encode("utf-16"), SKIP)
    assert counts(done) == (2, 0, 0, 1)
    lead, other = Lead.objects.order_by("price")[::-1]
    assert (lead.price, lead.stage) == (Decimal("9540.50"), won)
    assert sorted(contact.name for contact in lead.contacts.all()) == ["Ana", "new@client.example"]
    assert (other.price, other.stage) == (Decimal(1234), default_stage())
    again = imported(alice, "lead", "Lead name,Stage\n40 licences,New\n", ImportSettings(matching="update"))
    assert counts(again) == (0, 1, 0, 0)
    assert CardEvent.objects.get(lead=lead, kind="moved").facts == {"from": "Won", "to": "New"}


def test_customers_come_with_own_fields(in_account: Account, alice: Membership) -> None:
    size = create_field(alice, FieldValues("customer", "Size", "list", options=["Small", "Large"]))
    file = "Name,Next purchase,size\nHarbor,24.12.2026,large\nBay,2026-13-01,huge\n"
    done = imported(alice, "customer", file, SKIP)
    assert counts(done) == (1, 0, 0, 1)
    assert len(done.bad_rows[0]["problems"]) == 2
    harbor = Customer.objects.get()
    assert harbor.custom_values == {str(size.number): "Large"}
    assert harbor.next_purchase_at.isoformat() == "2026-12-24"  # type: ignore[union-attr]


@pytest.mark.rule("G02", "G15")
def test_stored_letters_come_to_imported_addresses(
    in_account: Account, alice: Membership, make_mailbox: MakeMailbox
) -> None:
    Post(make_mailbox(SALES, account_of=alice)).file(Mail("Offer", "Dana <dana@client.example>"))
    imported(alice, "contact", "Email\ndana@client.example\n")
    assert CardLink.objects.get().contact.name == "dana@client.example"


def test_what_could_be_several_cards_is_not_guessed(in_account: Account, alice: Membership) -> None:
    for _number in range(2):
        create_contact(ContactValues("Ana", "", ["ana@client.example"]))
    row = tried(alice, "contact", "First name,Email\nAna,ana@client.example\n")
    assert counts(row) == (0, 0, 0, 1)
