"""That a program wrote a letter is said quietly, in the conversation and on the card."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from tests.conftest import MakeMailbox
from tests.threads.builders import ANNA, SALES, Mail, Post
from threads.models import Thread

HTMX = {"HX-Request": "true"}
SignIn = Callable[[Membership], Client]


@pytest.fixture
def post(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Post:
    return Post(make_mailbox(SALES, account_of=alice))


def test_who_is_away_and_what_a_rule_sent(
    signed_in: SignIn, alice: Membership, charlie: Membership, post: Post
) -> None:
    card = reverse("contact", args=[create_contact(ContactValues("Anna", emails=["anna@client.example"])).pk])
    post.file(Mail("Offer"))
    post.file_sent(Mail("Re: Offer", SALES, ANNA))
    thread = reverse("mail_thread", args=["inbox", Thread.objects.get().pk])
    client = signed_in(alice)
    for address in (card, thread):
        page = client.get(address, headers=HTMX).content.decode()
        assert ("Automatic reply" in page, "Sent automatically" in page) == (False, False), address
    post.file(Mail("Re: Offer", headers=(("Auto-Submitted", "auto-replied"),)))
    post.file_sent(Mail("Re: Offer", SALES, ANNA, headers=(("Auto-Submitted", "auto-generated"),)))
    for address in (card, thread):
        page = client.get(address, headers=HTMX).content.decode()
        assert (page.count("Automatic reply"), page.count("Sent automatically")) == (1, 1), address
    assert [signed_in(charlie).get(address).status_code for address in (card, thread)] == [404, 404]
