"""Somebody corrects a client's addresses while letters of this client come in: neither has to give way."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.card_changes import change_card
from crm.contacts import ContactValues, create_contact
from tests.conftest import MakeMailbox
from tests.threads.builders import ANNA, Mail, Post
from tests.threads.test_concurrency import at_once
from threads.models import CardLink

LETTERS = 12


@pytest.mark.rule("G02")
@pytest.mark.django_db(transaction=True)
def test_addresses_are_changed_while_letters_are_filed(alice: Membership, make_mailbox: MakeMailbox) -> None:
    with tenant(alice.account_id):
        anna = create_contact(ContactValues("Anna", emails=["anna@client.example"]))
        posts = [Post(make_mailbox(f"box{number}@acme.example", account_of=alice)) for number in range(3)]

    def file_all(post: Post) -> None:
        for number in range(LETTERS):
            post.file(Mail(f"Offer {number}", sender=ANNA))

    def change_often() -> None:
        for number in range(LETTERS):
            change_card(anna, {"emails": ["anna@client.example", f"anna{number}@client.example"]}, member=alice)

    at_once(alice.account.pk, change_often, *(lambda post=post: file_all(post) for post in posts))
    with tenant(alice.account_id):
        assert CardLink.objects.filter(contact=anna).count() == 3 * LETTERS
