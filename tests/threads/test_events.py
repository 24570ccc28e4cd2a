"""Events of letters are filed with them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accounts.models import Account, Membership
from mailkit.reading_pool import read_safely
from tests.conftest import MakeMailbox
from tests.mailkit.test_invitations import calendar, letter
from tests.threads.builders import SALES, START, Mail, Post
from threads.letters import IncomingLetter
from threads.models import CalendarEvent, Message


@pytest.fixture
def post(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Post:
    return Post(make_mailbox(SALES, account_of=alice))


def test_an_invitation_becomes_a_row_of_its_letter(post: Post) -> None:
    post.file_letters([IncomingLetter(1, START, frozenset(), read_safely(letter(calendar())))])
    event = CalendarEvent.objects.get()
    assert event.message == Message.objects.get()
    assert (event.position, event.method) == (0, "REQUEST")
    assert (event.summary, event.location) == ("Demo of the, product", "Room 5")
    assert (event.organizer_address, event.organizer_name) == ("anna@client.example", "Anna Petrova")
    assert event.starts_at == datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


def test_other_letters_have_none_and_the_same_letter_twice_brings_it_once(post: Post) -> None:
    post.file(Mail("Offer"))
    for uid in (1, 2):
        post.file_letters([IncomingLetter(uid, START, frozenset(), read_safely(letter(calendar())))])
    assert CalendarEvent.objects.count() == 1
