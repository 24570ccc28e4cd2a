"""“Why is it here?” of a letter: a dialog over the mail screen, or a page; and why a file is gone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.contacts import ContactValues, create_contact
from tests.conftest import MakeMailbox
from tests.threads.builders import Mail, Post
from threads.models import Message

SignIn = Callable[[Membership], Client]
pytestmark = pytest.mark.rule("G13")


@pytest.fixture
def letter(alice: Membership, make_mailbox: MakeMailbox) -> Message:
    """In a shared mailbox."""
    with tenant(alice.account_id):
        create_contact(ContactValues(first_name="Anna <3", emails=["anna@client.example"]))
        post = Post(make_mailbox("sales@acme.example", account_of=alice))
        return Message.objects.get(pk=post.file(Mail()).new_message_ids[0])


def test_it_is_explained_in_a_dialog_and_as_a_page(signed_in: SignIn, bob: Membership, letter: Message) -> None:
    client, url = signed_in(bob), reverse("message_why", args=[letter.pk])
    dialog = client.get(url, headers={"HX-Request": "true"}).content.decode()
    page = client.get(url).content.decode()
    assert dialog.lstrip().startswith("<dialog")
    assert "<html" in page
    for shown in (dialog, page):
        assert "It is the first letter of this conversation" in shown
        assert "On the mail server in Inbox" in shown
        assert "Anna &lt;3" in shown
        assert "stands under “From”" in shown
        assert letter.message_id_header in shown


def test_the_letter_offers_it(signed_in: SignIn, bob: Membership, letter: Message) -> None:
    page = signed_in(bob).get(reverse("mail_thread", args=["inbox", letter.thread_id])).content.decode()
    assert reverse("message_why", args=[letter.pk]) in page


@pytest.mark.rule("G10")
def test_another_account_finds_nothing(signed_in: SignIn, charlie: Membership, letter: Message) -> None:
    assert signed_in(charlie).get(reverse("message_why", args=[letter.pk])).status_code == 404
