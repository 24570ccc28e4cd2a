"""Whoever takes part in letters of Deleted alone is suggested to those who see Deleted, and to nobody else (K63)."""

from __future__ import annotations

import pytest

from accounts.models import Account, Membership
from tests.conftest import MakeMailbox
from tests.threads.builders import Mail, Post
from threads.correspondents import suggest_people
from threads.models import Correspondent, Message
from threads.purging import delete_for_good
from threads.services import delete_messages, delete_threads, restore_messages

ANNA = "Anna Petrova <anna@client.example>"
FIRST, SECOND = Mail(sender=ANNA, minutes=1), Mail("Another", sender=ANNA, minutes=2)


def letter(mail: Mail) -> int:
    return Message.objects.get(message_id_header=mail.message_id).pk


def suggested(member: Membership, typed: str) -> list[str]:
    return [f"{person.name} <{person.email}>" for person in suggest_people(member, typed)]


@pytest.fixture
def reader(bob: Membership) -> Membership:
    """He reads the shared mailboxes, and no Deleted."""
    bob.mail_access_all = True
    bob.save()
    return bob


@pytest.mark.rule("K63")
@pytest.mark.parametrize("typed", ["anna", "pertova"])
def test_people_of_deleted_letters_are_named_to_administrators_only(
    post: Post, alice: Membership, reader: Membership, typed: str
) -> None:
    post.file(FIRST, SECOND)
    delete_messages(alice, [letter(FIRST)])
    assert suggested(reader, typed) == [ANNA], "another letter is there to be read"
    delete_threads(alice, list(Message.objects.values_list("thread", flat=True)))
    assert suggested(reader, typed) == []
    assert suggested(alice, typed) == [ANNA]
    restore_messages(alice, [letter(SECOND)])
    assert suggested(reader, typed) == [ANNA]


@pytest.mark.rule("K63")
def test_owners_are_told_of_theirs_where_the_account_shows_them_deleted(
    in_account: Account, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    Post(make_mailbox("bob@acme.example", owner=bob)).file(FIRST)
    delete_messages(bob, [letter(FIRST)])
    assert suggested(bob, "anna") == []
    bob.account.owners_see_deleted = True
    assert suggested(bob, "anna") == [ANNA]


@pytest.mark.parametrize("minutes", [0, 9])
def test_a_new_letter_brings_them_back(post: Post, alice: Membership, reader: Membership, minutes: int) -> None:
    post.file(FIRST)
    delete_messages(alice, [letter(FIRST)])
    post.file(Mail("New", sender=ANNA, minutes=minutes))
    assert suggested(reader, "anna") == [ANNA]


def test_the_name_comes_from_a_mailbox_where_they_are_read(
    post: Post, alice: Membership, reader: Membership, make_mailbox: MakeMailbox
) -> None:
    post.file(FIRST)
    other = Mail("Elsewhere", sender="Anna <anna@client.example>", minutes=0)
    Post(make_mailbox("support@acme.example", account_of=alice)).file(other)
    delete_messages(alice, [letter(FIRST)])
    assert suggested(reader, "anna") == ["Anna <anna@client.example>"]


def test_the_last_letter_outside_deleted_may_be_erased(post: Post, alice: Membership, reader: Membership) -> None:
    post.file(FIRST, SECOND)
    delete_messages(alice, [letter(FIRST)])
    delete_for_good(post.mailbox.pk, {letter(SECOND): SECOND.message_id})
    assert suggested(reader, "anna") == []
    assert Correspondent.objects.filter(email_key="anna@client.example").exists()
