"""What stands in an open conversation beside its letters' words: earlier letters, events, drafts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.models import Account, Membership
from mailkit.types import Address, CalendarItem
from outbox.drafts import DraftFields, create_draft
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Mail, Post
from threads.models import CalendarEvent, Message, Thread
from web import mail_reader

SignIn = Callable[[Membership], Client]
HTMX = {"HX-Request": "true"}
SEEN = frozenset({"\\Seen"})


@pytest.fixture
def post(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Post:
    return Post(make_mailbox(SALES, account_of=alice))


def open_thread(client: Client) -> str:
    return client.get(f"/mail/inbox/{Thread.objects.get().pk}/", headers=HTMX).content.decode()


def add_event(letter: Message, **changes: object) -> CalendarEvent:
    organizer = Address("anna@client.example", "Anna")
    item = CalendarItem(
        "REQUEST", "1@x", 0, "Demo", "https://meet.example/a", organizer,
        datetime(2026, 6, 1, 8, 0, tzinfo=UTC), datetime(2026, 6, 1, 9, 30, tzinfo=UTC),
        is_all_day=False, is_repeating=False, status="",
    )  # fmt: skip
    facts = {name: getattr(item, name) for name in item.__slots__ if name != "organizer"}
    position = letter.events.count()
    named = {"organizer_address": organizer.email, "organizer_name": organizer.name}
    return CalendarEvent.objects.create(message=letter, position=position, **{**facts, **named, **changes})


def test_a_long_conversation_shows_its_newest_letters_and_offers_the_earlier(
    signed_in: SignIn, post: Post, alice: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_reader, "SHOWN_AT_ONCE", 2)
    post.file(*[Mail("Offer", text=f"words {number}", flags=SEEN) for number in range(5)])
    client = signed_in(alice)
    seen: list[str] = []
    page = open_thread(client)
    assert "5 letters" in page
    while True:
        seen = [*re.findall(r'cut">words (\d)', page), *seen]
        more = re.search(r'hx-get="([^"]+/earlier/\?message=\d+)"', page)
        if more is None:
            break
        page = client.get(more[1], headers=HTMX).content.decode()
    assert seen == ["0", "1", "2", "3", "4"]


def test_an_event_tells_the_time_in_the_readers_zone(signed_in: SignIn, post: Post, alice: Membership) -> None:
    post.file(Mail("Offer"))
    add_event(Message.objects.get())
    alice.user.timezone = "Europe/Moscow"
    alice.user.save()
    page = open_thread(signed_in(alice))
    assert "11:00–12:30" in page
    assert "Europe/Moscow" in page
    assert 'href="https://meet.example/a"' in page
    assert "Invitation" in page


def test_whole_days_are_the_same_in_all_zones(signed_in: SignIn, post: Post, alice: Membership) -> None:
    post.file(Mail("Offer"))
    days = {"starts_at": datetime(2026, 6, 1, tzinfo=UTC), "ends_at": datetime(2026, 6, 3, tzinfo=UTC)}
    add_event(Message.objects.get(), is_all_day=True, **days)
    alice.user.timezone = "America/Los_Angeles"
    alice.user.save()
    page = open_thread(signed_in(alice))
    assert "Mon June 1, 2026 – Tue June 2, 2026" in page


def test_a_later_letter_changes_or_cancels_what_came_before(signed_in: SignIn, post: Post, alice: Membership) -> None:
    post.file(Mail("Offer"), Mail("Offer"))
    first, second = Message.objects.in_order()
    add_event(first)
    later = add_event(second, sequence=1)
    client = signed_in(alice)
    assert open_thread(client).count("A later letter changes it") == 1
    CalendarEvent.objects.filter(pk=later.pk).update(method="CANCEL")
    assert open_thread(client).count("Canceled") == 2


def test_the_readers_own_draft_stands_below_and_no_one_elses(
    signed_in: SignIn, post: Post, alice: Membership, bob: Membership
) -> None:
    post.file(Mail("Offer"))
    answer = DraftFields(mailbox_id=post.mailbox.pk, subject="Re: Offer", reply_to_message_id=Message.objects.get().pk)
    draft = create_draft(alice, answer)
    assert f'data-draft="{draft.pk}"' in open_thread(signed_in(alice))
    assert "Your draft" not in open_thread(signed_in(bob))
