"""What a colleague changed between a merge and its undoing is not lost."""

from __future__ import annotations

from dataclasses import replace

from accounts.models import Account, Membership
from crm.access import get_contact
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, change_contact, create_contact, values_of
from crm.custom_fields import FieldValues, create_field
from crm.merging import merge_contacts, unmerge_contacts


def test_what_was_changed_since_stays_when_it_is_undone(in_account: Account, alice: Membership) -> None:
    ana = create_contact(ContactValues("Ana", "Morales", phones=["+34 955"]))
    double = create_contact(
        ContactValues(phones=["7"], company=write_company(CompanyValues("Harbor")), responsible=alice)
    )
    size, color = (create_field(alice, FieldValues("contact", name, "text")) for name in ("Size", "Color"))
    change_contact(double, replace(values_of(double), custom_fields={str(size.number): "XL"}))
    merge_contacts(alice, ana, [double])
    merged = get_contact(ana.pk)
    changed = replace(values_of(merged), last_name="Gil", phones=[*merged.phones, "+34 111"], responsible=None)
    change_contact(merged, replace(changed, custom_fields={str(color.number): "red"}))
    unmerge_contacts(alice, merged)
    kept = get_contact(ana.pk)
    assert (kept.name, kept.phones, kept.responsible) == ("Ana Gil", ["+34 955", "+34 111"], None)
    assert (kept.company, kept.custom_values) == (None, {str(color.number): "red"})
    assert get_contact(double.pk).custom_values == {str(size.number): "XL"}
