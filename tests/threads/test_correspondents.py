"""People known from letters: kept by filing, suggested to those who read the mailbox, forgotten with their letters."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.contacts import ContactValues, create_contact
from tests.conftest import MakeMailbox
from tests.threads.builders import Mail, Post
from threads.correspondents import forget_unnamed, suggest_people
from threads.models import Correspondent, Message


def suggested(member: Membership, typed: str) -> list[str]:
    return [f"{person.name} <{person.email}>" for person in suggest_people(member, typed)]


ANNA = "Anna Petrova <anna@client.example>"


@pytest.mark.rule("G05")
@pytest.mark.parametrize("typed", ["anna", "petr", "Anna Pet", "anna@client", "client.exam", "example anna", "pertova"])
def test_beginnings_and_typing_errors_find_people(post: Post, alice: Membership, typed: str) -> None:
    post.file(Mail(sender=ANNA), Mail(sender="Boris <boris@other.test>", to="b@other.test"))
    assert suggested(alice, typed)[:1] == [ANNA]


@pytest.mark.django_db(transaction=True)
def test_typing_errors_find_people_outside_a_transaction_too(post: Post, alice: Membership) -> None:
    """As pages ask: the statement that sets how near is near enough must not lose the scope of the account."""
    post.file(Mail(sender=ANNA))
    create_contact(ContactValues("Maria", "Ivanova", ["maria@card.example"]))
    assert suggested(alice, "pertova") == [ANNA]
    assert suggested(alice, "ivnaova") == ["Maria Ivanova <maria@card.example>"]


@pytest.mark.parametrize("typed", ["nna", "xyzzy", "%", "_", "\\m", "", "'"])
def test_others_are_not_suggested(post: Post, alice: Membership, typed: str) -> None:
    post.file(Mail(sender=ANNA))
    assert suggested(alice, typed) == []


@pytest.mark.rule("K23")
def test_people_of_a_mailbox_are_suggested_to_its_readers_only(
    post: Post, alice: Membership, bob: Membership, charlie: Membership, make_mailbox: MakeMailbox
) -> None:
    Post(make_mailbox("alice@acme.example", owner=alice)).file(Mail(sender=ANNA))
    assert suggested(alice, "anna") == [ANNA]
    assert suggested(bob, "anna") == suggested(bob, "anan") == []
    with tenant(charlie.account_id):
        assert suggested(charlie, "anna") == []


def test_contacts_come_first_and_each_address_once(post: Post, alice: Membership) -> None:
    post.file(Mail(sender=ANNA), Mail(sender="Annabel <bel@other.test>"))
    values = ContactValues(first_name="Anna", last_name="P.", emails=["old@client.test", "anna@client.example"])
    create_contact(values)
    assert suggested(alice, "anna") == [
        "Anna P. <anna@client.example>",
        "Anna P. <old@client.test>",
        "Annabel <bel@other.test>",
    ]


def test_the_newest_name_stays_and_a_letter_without_one_takes_none_away(post: Post) -> None:
    post.file(Mail(sender="Anna Ivanova <ANNA@client.example>", minutes=1))
    post.file(Mail(sender=ANNA, minutes=3), Mail(sender="anna@client.example", minutes=4))
    post.file(Mail(sender="anna@client.example", minutes=5))
    post.file(Mail(sender="Older <anna@client.example>", minutes=2))
    row = Correspondent.objects.get(email_key="anna@client.example")
    newest = Message.objects.order_by("received_at").last()
    assert newest
    assert (row.name, row.sought, row.last_at) == (
        "Anna Petrova",
        " anna petrova anna client example",
        newest.received_at,
    )


def test_a_batch_of_people_costs_no_statement_more(post: Post) -> None:
    counts = []
    for count in (1, 50):
        mails = [Mail(sender=f"p{number}@client.example", subject=f"{count}-{number}") for number in range(count)]
        with CaptureQueriesContext(connection) as captured:
            post.file(*mails)
        counts.append(sum("threads_correspondent" in query["sql"] for query in captured))
    assert counts == [1, 1]


def test_people_are_forgotten_with_the_last_letter_that_names_them(post: Post) -> None:
    first, second = Mail(sender=ANNA), Mail(sender=ANNA, to="b@other.test")
    post.file(first, second)
    keys = ["anna@client.example", "b@other.test"]
    Message.objects.get(message_id_header=second.message_id).delete()
    assert forget_unnamed(post.mailbox.pk, keys) == 1
    assert not Correspondent.objects.filter(email_key="b@other.test").exists()
    Message.objects.all().delete()
    assert forget_unnamed(post.mailbox.pk, keys) == 1
