"""Somebody corrects a contact's addresses while others merge it and take it apart: all take turns."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.card_changes import change_card
from crm.contacts import ContactValues, change_contact, create_contact
from crm.merging import merge_contacts, unmerge_contacts
from crm.models import Contact
from tests.threads.test_concurrency import at_once

TIMES = 15


@pytest.mark.django_db(transaction=True)
def test_addresses_are_changed_while_contacts_are_merged(alice: Membership) -> None:
    with tenant(alice.account_id):
        anna = create_contact(ContactValues("Anna", emails=["anna@client.example"]))
        ann = create_contact(ContactValues("Ann", emails=["ann@client.example"]))

    def merge_often() -> None:
        for _number in range(TIMES):
            merge_contacts(alice, anna, [ann])
            unmerge_contacts(alice, anna)

    def change_often() -> None:
        for number in range(TIMES):
            change_card(anna, {"emails": [f"anna{number}@client.example"]}, member=alice)
            change_contact(anna, ContactValues("Anna", emails=[f"a{number}@client.example"]), member=alice)

    at_once(alice.account.pk, merge_often, change_often)
    with tenant(alice.account_id):
        assert Contact.objects.count() == 2
