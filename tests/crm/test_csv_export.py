"""Cards as a file: safe to open in a spreadsheet, and imported again it changes nothing."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from accounts.models import Account, AuditEvent, Membership
from accounts.tenancy import tenant
from crm.card_lists import ListFilter
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.csv_export import export_cards
from crm.custom_fields import FieldValues, create_field, fields_of
from crm.customers import CustomerValues, create_customer
from crm.leads import LeadValues, create_lead
from crm.models import Contact
from crm.tags import set_tags
from tests.contracts.acme_rows import everything_of
from tests.crm.importing import counts, imported

pytestmark = pytest.mark.django_db


@pytest.fixture
def cards(in_account: Account, alice: Membership) -> None:
    """One of each kind, with awkward values in every column."""
    kinds = {"text": "a, b;\nc", "numeric": -5.5, "multilist": ["x; y", "z"], "switch": True, "date": "2026-11-22"}
    for entity in ("contact", "company", "lead", "customer"):
        for kind in kinds:
            create_field(alice, FieldValues(entity, f"={kind}", kind, options=["x; y", "z"]))

    def own(entity: str) -> dict[str, object]:
        return {str(each.number): kinds[each.type] for each in fields_of(entity)}

    firm = write_company(CompanyValues("=Firm; Ltd", ["a@f.example"], ["+1"], alice, custom_fields=own("company")))
    ana = create_contact(
        ContactValues(
            "Ana",
            "-Morales",
            ["ana@c.example", "b@c.example"],
            ["+34 1", "2"],
            firm,
            alice,
            custom_fields=own("contact"),
        )
    )
    set_tags(ana, ["@vip", "old; older"])
    nobody = create_contact(ContactValues(emails=["only@c.example"]))
    create_lead(LeadValues("Lead", Decimal("-1234.50"), None, firm, alice, [ana, nobody], own("lead")))
    create_customer(CustomerValues("", [ana], firm, alice, date(2026, 12, 24), own("customer")))


@pytest.mark.parametrize("entity", ["contact", "company", "lead", "customer"])
def test_importing_what_was_exported_changes_nothing(cards: None, alice: Membership, entity: str) -> None:
    text = "".join(export_cards(alice, entity, ListFilter()))
    before = everything_of(alice)
    done = imported(alice, entity, text)
    after = everything_of(alice)
    assert (counts(done)[:2], counts(done)[3]) == ((0, 0), 0)
    own = {"crm.CardImport", "accounts.AuditEvent"}
    assert {k: v for k, v in after.items() if k not in own} == {k: v for k, v in before.items() if k not in own}


def test_no_cell_is_taken_for_a_formula(cards: None, alice: Membership) -> None:
    text = "".join(export_cards(alice, "contact", ListFilter()))
    cells = [cell for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@")) and cell != "-5.5"] == []
    assert "'-Morales" in cells


def test_it_is_narrowed_as_the_list_and_written_down(cards: None, alice: Membership, charlie: Membership) -> None:
    assert "only@" not in "".join(export_cards(alice, "contact", ListFilter(tags=["@vip"])))
    event = AuditEvent.objects.get(action="cards.exported")
    assert event.facts == {"entity": "contact", "narrowed": True}
    with tenant(charlie.account_id):
        assert "Ana" not in "".join(export_cards(charlie, "contact", ListFilter()))


def test_many_cards_come_in_batches(in_account: Account, alice: Membership) -> None:
    Contact.objects.bulk_create(Contact(first_name=f"P{n}", name=f"P{n}") for n in range(2500))
    rows = list(csv.DictReader(io.StringIO("".join(export_cards(alice, "contact", ListFilter())))))
    assert len({row["First name"] for row in rows}) == 2500
