"""A letter may name any moment: the conversation opens all the same, and the letter can be answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Account, Membership
from mailkit.reading_pool import read_safely
from tests.conftest import MakeMailbox
from tests.mailkit.test_invitations import calendar, letter
from tests.threads.builders import SALES, START, Post, fetched
from threads.letters import IncomingLetter
from threads.models import CalendarEvent, Message, Thread

SignIn = Callable[[Membership], Client]


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "UTC"])
@pytest.mark.parametrize(
    "times",
    [
        "DTSTART;VALUE=DATE:00010101\nDTEND;VALUE=DATE:00010101\n",
        "DTSTART:00010101T000000Z\nDTEND:00010101T000100Z\n",
        "DTSTART:99991231T235900Z\nDTEND:99991231T235959Z\n",
        "DTSTART;VALUE=DATE:99991231\nDTEND;VALUE=DATE:99991231\n",
    ],
)
def test_the_ends_of_all_time_are_shown(
    signed_in: SignIn, in_account: Account, alice: Membership, make_mailbox: MakeMailbox, times: str, zone: str
) -> None:
    alice.user.timezone = zone
    alice.user.save()
    raw = letter(calendar(f"UID:1@acme.example\nSUMMARY:Demo\n{times}"))
    Post(make_mailbox(SALES, account_of=alice)).file_letters([IncomingLetter(1, START, frozenset(), read_safely(raw))])
    assert CalendarEvent.objects.count() == 1
    page = signed_in(alice).get(f"/mail/inbox/{Thread.objects.get().pk}/", headers={"HX-Request": "true"})
    assert "Demo" in page.content.decode()


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize("date", ["Mon, 01 Jan 0001 00:00:00 +0000", "Fri, 31 Dec 9999 23:59:59 +0000"])
def test_a_letter_written_then_can_be_answered(
    signed_in: SignIn, in_account: Account, alice: Membership, make_mailbox: MakeMailbox, date: str, zone: str
) -> None:
    alice.user.timezone = zone
    alice.user.save()
    raw = f"From: anna@client.example\r\nDate: {date}\r\nSubject: Offer\r\n\r\nHello".encode()
    Post(make_mailbox(SALES, account_of=alice)).file_letters([fetched(1, raw)])
    client, message = signed_in(alice), Message.objects.get()
    assert client.get(f"/mail/inbox/{message.thread_id}/").status_code == 200
    for way in ("reply", "forward"):
        assert client.get("/mail/compose/", {way: message.pk}).status_code == 200
