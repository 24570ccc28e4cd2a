"""Letters on the cards of contacts."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.models import Contact, ContactEmail
from mailkit.addresses import email_key
from tests.conftest import MakeMailbox
from tests.threads.builders import ANNA, SALES, Mail, Post
from threads.linking import count_card_mail, link_contact, relink_contact
from threads.models import CardLink


def make_contact(name: str, *addresses: str) -> Contact:
    contact = Contact.objects.create(name=name)
    for address in addresses:
        ContactEmail.objects.create(contact=contact, email=address, email_key=email_key(address))
    return contact


def on_card(contact: Contact) -> set[str]:
    return set(CardLink.objects.filter(contact=contact).values_list("message__message_id_header", flat=True))


@pytest.mark.rule("R08")
def test_a_letter_shows_on_the_cards_of_all_who_take_part(post: Post) -> None:
    anna, twin = (
        make_contact("Anna", "Anna@Client.example", "a@home.example"),
        make_contact("Twin", "anna@client.example"),
    )
    copied, stranger = make_contact("Copied", "carl@third.example"), make_contact("Stranger", "x@y.example")
    mail = Mail(cc="carl@third.example, a@home.example")
    post.file(mail)
    assert [on_card(one) for one in (anna, twin, copied, stranger)] == [{mail.message_id}] * 3 + [set()]


@pytest.mark.rule("K14")
def test_a_letter_found_in_sent_shows_as_outgoing(post: Post) -> None:
    anna = make_contact("Anna", "anna@client.example")
    post.file_sent(Mail(sender=SALES, to=ANNA))
    assert [link.message.direction for link in CardLink.objects.of_contact(anna)] == ["outgoing"]


@pytest.mark.rule("G02")
def test_stored_mail_is_linked_when_a_contact_gets_the_address(post: Post, alice: Membership) -> None:
    first, second = Mail(), Mail("Other", cc="boris@other.example")
    post.file(first, second)
    contact = make_contact("Anna", "anna@client.example")
    assert link_contact(contact) == 2
    assert link_contact(contact) == 0
    assert on_card(contact) == {first.message_id, second.message_id}
    assert count_card_mail(alice, contact) == 2


@pytest.mark.rule("G02")
def test_the_number_named_is_what_this_member_may_see(
    post: Post, alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    private = Post(make_mailbox("alice@acme.example", owner=alice))
    private.file(Mail(to="alice@acme.example"))
    post.file(Mail())
    contact = make_contact("Anna", "anna@client.example")
    link_contact(contact)
    assert (count_card_mail(alice, contact), count_card_mail(bob, contact)) == (2, 1)


def test_an_address_that_is_taken_away_takes_its_mail_along(post: Post) -> None:
    contact = make_contact("Anna", "anna@client.example", "carl@third.example")
    both, only_anna = Mail(cc="carl@third.example"), Mail("Other")
    post.file(both, only_anna)
    ContactEmail.objects.filter(contact=contact, email_key="anna@client.example").delete()
    relink_contact(contact)
    assert on_card(contact) == {both.message_id}


def test_another_accounts_contact_gets_nothing(post: Post, charlie: Membership) -> None:
    with tenant(charlie.account_id):
        theirs = make_contact("Anna", "anna@client.example")
    post.file(Mail())
    with tenant(charlie.account_id):
        assert link_contact(theirs) == 0
        assert CardLink.objects.count() == 0
