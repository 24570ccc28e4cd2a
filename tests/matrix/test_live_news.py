"""Live events follow the same rights, and a change of them is heard in streams that are open (K25)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from accounts import live
from accounts.models import Membership
from accounts.tenancy import tenant
from crm_mail.events import find_listener, is_for
from mailboxes.kinds import change_kind
from tests.conftest import MakeMailbox
from tests.crm_mail.test_events import Visitor, publish, publish_until_heard, session_of
from tests.matrix.table import read_table
from tests.matrix.world import BOXES, ROLES, World, build_world


@pytest.fixture
def world(db: None, make_mailbox: MakeMailbox) -> World:
    return build_world(make_mailbox)


@pytest.mark.rule("K21", "K23", "K24")
@pytest.mark.parametrize("box", BOXES)
def test_who_may_open_a_mailbox_hears_of_it(box: str, world: World) -> None:
    cells = read_table()["api/v1/mailboxes/{pk}/ GET"][box]
    event = {"kind": "mail", "mailbox": world.boxes[box].pk, "member": None}
    for letter, cell in zip(ROLES, cells, strict=True):
        member = world.members.get(letter)
        listener = find_listener(session_of(member)) if member else None
        assert (listener is not None and is_for(listener, event)) == (cell == "y"), letter


@pytest.mark.rule("K25")
@pytest.mark.django_db(transaction=True)
def test_an_open_stream_stops_telling_of_a_mailbox_that_was_taken_away(
    alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    sales = make_mailbox("sales@acme.example", account_of=alice)
    key = session_of(bob)

    def take_away() -> None:
        with tenant(alice.account_id):
            change_kind(alice, sales.pk, "personal", alice)
        publish(sales)
        with tenant(alice.account_id):
            live.publish("notice", member_id=bob.pk, last=1)

    async def scenario() -> list[dict[str, Any]]:
        visitor = Visitor(key)
        assert await visitor.status() == 200
        publishing = asyncio.create_task(publish_until_heard(sales))
        heard: list[dict[str, Any]] = []
        async for event in visitor.events():
            if not heard:
                publishing.cancel()
                await asyncio.gather(publishing, return_exceptions=True)
                await sync_to_async(take_away)()
            heard.append(event)
            if "last" in event:
                await visitor.leave()
                return heard
        return heard

    heard = asyncio.run(scenario())
    told_himself = [index for index, event in enumerate(heard) if event["member"] == bob.pk]
    assert heard[0]["mailbox"] == sales.pk
    assert not [event for event in heard[told_himself[0] :] if event["mailbox"] == sales.pk]
