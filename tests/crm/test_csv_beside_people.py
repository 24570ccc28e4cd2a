"""An import and people who change cards at the same time: nobody's change is lost, and what is gone is said."""

from __future__ import annotations

from functools import partial

import pytest

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from crm.contacts import ContactValues, create_contact
from crm.csv_import import ImportSettings, change_import, get_import_for, start_import, upload_import
from crm.csv_work import work
from crm.custom_fields import FieldValues, create_field, delete_field
from crm.models import CardImport, Contact
from tests.crm.importing import counts, imported, tried
from tests.meanwhile import done_meanwhile


@pytest.mark.django_db(transaction=True)
def test_what_a_colleague_changes_meanwhile_stays(alice: Membership) -> None:
    with tenant(alice.account_id):
        contact = create_contact(ContactValues("Ana", "Old", ["ana@client.example"]))
        row = start_import(tried(alice, "contact", "First name,Email,Phone\nAna,ana@client.example,+34 600 1\n"))
    rename = partial(Contact.objects.filter(pk=contact.pk).update, last_name="New")
    with done_meanwhile(alice.account_id, rename), tenant(alice.account_id):
        work(row.pk)
    with tenant(alice.account_id):
        contact.refresh_from_db()
        assert (contact.last_name, contact.phones) == ("New", ["+34 600 1"])
        assert counts(get_import_for(alice, row.pk)) == (0, 1, 0, 0)


@pytest.mark.django_db
def test_a_field_that_was_deleted_since_is_named(in_account: Account, alice: Membership) -> None:
    own = create_field(alice, FieldValues("contact", "Size", "text"))
    row = upload_import(alice, "contact", "cards.csv", b"First name,Shoe\nAna,38\n")
    row = change_import(row, ImportSettings(mapping={0: "first_name", 1: f"custom_fields.{own.number}"}))
    CardImport.objects.filter(pk=row.pk).update(state="importing")
    delete_field(alice, own)
    work(row.pk)
    row = get_import_for(alice, row.pk)
    assert (row.state, Contact.objects.count()) == ("failed", 0)
    [[_column, words]] = row.bad_rows[0]["problems"]
    assert "“Shoe” was deleted" in words


@pytest.mark.django_db
@pytest.mark.parametrize("cell", ['"VIP, New"', "VIP; New", "VIP ,New,", '"VIP\nNew"'])
def test_tags_are_divided_by_commas_too(in_account: Account, alice: Membership, cell: str) -> None:
    quoted = cell if cell.startswith('"') else f'"{cell}"'
    imported(alice, "contact", f"First name,Tags\nTom,{quoted}\n")
    taggings = Contact.objects.get(first_name="Tom").taggings
    assert sorted(taggings.values_list("tag__name", flat=True)) == ["New", "VIP"]
