"""Contacts that may be the same person are found."""

from __future__ import annotations

import pytest

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from crm.contacts import ContactValues, create_contact
from crm.duplicates import By, find_duplicates, forget_different, mark_different
from crm.errors import ValueRefused
from crm.merging import merge_contacts
from crm.models import Contact, Store

pytestmark = pytest.mark.django_db


def with_one_address(name: str) -> Contact:
    return create_contact(ContactValues(name, "", ["desk@client.example"]))


def names_of(by: By) -> list[list[str]]:
    return [[contact.name for contact in group.contacts] for group in find_duplicates(by)]


def test_they_share_an_address_a_phone_or_a_name(in_account: Account, charlie: Membership) -> None:
    create_contact(ContactValues("Ana", "Morales", ["ana@client.example"], ["+34 955-000"]))
    create_contact(ContactValues("Anna", "", ["ANA@client.example"], ["1"]))
    create_contact(ContactValues("ana", "morales", [], ["1"]))
    create_contact(ContactValues("Tom", "Becker", ["tom@client.example"], ["34955000", "34 955 000"]))
    assert names_of(By.EMAIL) == [["Ana Morales", "Anna"]]
    assert names_of(By.PHONE) == [["Ana Morales", "Tom Becker"]]
    assert names_of(By.NAME) == [["Ana Morales", "ana morales"]]
    with tenant(charlie.account_id):
        assert all(names_of(by) == [] for by in By)


@pytest.mark.rule("R09")
def test_contacts_of_different_stores_are_different_customers(in_account: Account) -> None:
    contacts = [create_contact(ContactValues("Ana", "", ["ana@client.example"])) for _number in range(3)]
    for contact, name in zip(contacts[:2], ("North", "South"), strict=True):
        Contact.objects.filter(pk=contact.pk).update(store=Store.objects.create(name=name))
    assert names_of(By.EMAIL) == []
    Contact.objects.update(store=Store.objects.first())
    assert names_of(By.EMAIL) == [["Ana", "Ana", "Ana"]]


def test_groups_come_page_by_page(in_account: Account) -> None:
    for letter in "abc":
        for _number in range(2):
            create_contact(ContactValues(emails=[f"{letter}@client.example"]))
    first = find_duplicates(By.EMAIL, limit=2)
    rest = find_duplicates(By.EMAIL, after=(first[-1].key, first[-1].store_id))
    assert [group.key[0] for group in (*first, *rest)] == ["a", "b", "c"]


def test_different_people_do_not_come_again(in_account: Account, alice: Membership) -> None:
    ana, ben, cleo = (
        create_contact(ContactValues(name, "", ["desk@client.example"])) for name in ("Ana", "Ben", "Cleo")
    )
    mark_different(alice, ana, [ben, cleo])
    mark_different(alice, ana, [ben, ana])  # once more, and not from herself
    assert names_of(By.EMAIL) == [["Ben", "Cleo"]]
    assert find_duplicates(By.EMAIL)[0].count == 2
    mark_different(alice, ben, [cleo])
    assert names_of(By.EMAIL) == []
    forget_different(alice, cleo, [ana])
    assert names_of(By.EMAIL) == [["Ana", "Cleo"]]


def test_one_who_was_merged_is_known_by_the_other(in_account: Account, alice: Membership) -> None:
    ana, double, ben = (
        create_contact(ContactValues(name, "", ["desk@client.example"])) for name in ("Ana", "An", "Ben")
    )
    mark_different(alice, double, [ben])
    merge_contacts(alice, ana, [double])
    assert names_of(By.EMAIL) == []


def test_nobody_gone_and_not_too_many_are_marked(in_account: Account, alice: Membership) -> None:
    ana, gone = (create_contact(ContactValues(name)) for name in ("Ana", "Gone"))
    many = [create_contact(ContactValues(f"P{number}")) for number in range(10)]
    Contact.objects.filter(pk=gone.pk).delete()
    for others in ([], [ana], [gone], many):
        with pytest.raises(ValueRefused):
            mark_different(alice, ana, others)
