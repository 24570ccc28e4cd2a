"""Why a letter is in its thread, on its cards and on the server; why a file of it is gone."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox
from tests.threads.builders import ANNA, Mail, Post
from threads.models import Folder, FolderEntry, Message
from threads.why import explain_gone, explain_message

pytestmark = [pytest.mark.rule("G13"), pytest.mark.usefixtures("in_account")]


@pytest.fixture
def post(alice: Membership, make_mailbox: MakeMailbox) -> Post:
    return Post(make_mailbox("sales@acme.example", account_of=alice))


def filed(post: Post, mail: Mail) -> Message:
    return Message.objects.get(pk=post.file(mail).new_message_ids[0])


def test_the_reason_of_its_thread_is_said(post: Post) -> None:
    first = filed(post, Mail("Offer"))
    again = filed(post, Mail("Re: Offer"))
    answer = filed(post, Mail("Something else", in_reply_to=first.message_id_header))
    assert [explain_message(letter).thread_code for letter in (first, again, answer)] == ["first", "subject", "reply"]
    assert "anna@client.example" in explain_message(again).thread_words
    assert explain_message(answer).thread_words == "It answers a letter of this conversation."
    Mailbox.objects.update(group_messages=False)
    assert "switched off" in explain_message(filed(post, Mail("Offer"))).thread_words


def test_its_places_are_those_of_this_epoch(post: Post, account: Account) -> None:
    letter = filed(post, Mail())
    (place,) = explain_message(letter).places
    assert (place.folder, place.name, place.is_on_server, place.words) == (
        "inbox",
        "INBOX",
        True,
        "On the mail server in Inbox",
    )
    FolderEntry.objects.update(is_on_server=False)
    assert explain_message(letter).places[0].words == "No longer on the mail server"
    Folder.objects.update(generation=2)
    assert explain_message(letter).places == ()


@pytest.mark.rule("R08", "K14")
def test_its_cards_are_named_with_the_address_that_brought_it_there(post: Post) -> None:
    contact = create_contact(ContactValues(first_name="Anna", emails=["other@client.example", "Anna@client.example"]))
    create_contact(ContactValues(first_name="Carl", emails=["carl@client.example"]))
    (card,) = explain_message(filed(post, Mail(sender=ANNA))).cards
    assert (card.contact_id, card.name, card.address) == (contact.pk, "Anna", "Anna@client.example")
    assert card.words == "Anna@client.example stands under “From”"


@pytest.mark.rule("K62", "R10")
def test_why_a_file_is_gone(post: Post) -> None:
    letter = filed(post, Mail())
    FolderEntry.objects.update(is_on_server=False)
    assert explain_gone(letter).code == "removed_there"
    FolderEntry.objects.update(removed_at=timezone.now())
    assert explain_gone(letter).code == "removed_by_us"
    FolderEntry.objects.all().delete()
    assert explain_gone(letter).code == "never_there"
