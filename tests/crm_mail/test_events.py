"""The event stream tells a member of his own mail, and nobody else's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from django.test import Client

from accounts import live
from accounts.middleware import SESSION_KEY
from accounts.models import Membership
from accounts.tenancy import tenant
from crm_mail.events import Listener, application, find_listener, is_for
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox


def session_of(member: Membership) -> str:
    client = Client()
    client.force_login(member.user)
    session = client.session
    session[SESSION_KEY] = member.account_id
    session.save()
    return str(session.session_key)


@pytest.mark.rule("K23")
def test_a_listener_hears_of_the_mailboxes_he_sees(
    alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    shared = make_mailbox("s@acme.example", account_of=alice)
    alices = make_mailbox("a@acme.example", owner=alice)
    listener = find_listener(session_of(bob))
    with tenant(bob.account_id):
        system = Mailbox.objects.get(kind=Mailbox.Kind.SYSTEM)
    assert listener == Listener(bob.account.pk, bob.pk, frozenset([shared.pk, system.pk]))
    assert listener is not None
    assert is_for(listener, {"mailbox": shared.pk, "member": None})
    assert not is_for(listener, {"mailbox": alices.pk, "member": None})
    assert is_for(listener, {"member": bob.pk})
    assert not is_for(listener, {"member": alice.pk, "mailbox": shared.pk})
    assert not is_for(listener, {})


def test_without_a_living_session_there_is_no_listener(alice: Membership, charlie: Membership) -> None:
    assert find_listener("") is None
    assert find_listener("x" * 32) is None
    key = session_of(charlie)
    charlie.user.set_password("changed, so the session ends")
    charlie.user.save()
    assert find_listener(key) is None
    with tenant(alice.account_id):
        Membership.objects.update(is_active=False)
    assert find_listener(session_of(alice)) is None


class Visitor:
    """A browser at the event stream."""

    def __init__(self, session_key: str, origin: str = settings.BASE_URL) -> None:
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.left = asyncio.Event()
        cookie = f"{settings.SESSION_COOKIE_NAME}={session_key}"
        headers = [(b"cookie", cookie.encode()), (b"origin", origin.encode())]
        scope = {"type": "http", "method": "GET", "path": "/events/", "headers": headers}
        self.task = asyncio.create_task(application(scope, self.receive, self.sent.put))

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def status(self) -> int:
        return int((await asyncio.wait_for(self.sent.get(), 10))["status"])

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        while True:
            body = (await asyncio.wait_for(self.sent.get(), 30))["body"].decode()
            if "data: " in body:
                yield json.loads(body.split("data: ")[1])

    async def leave(self) -> None:
        """Gone, with the database connection of the thread that served us."""
        self.left.set()
        await asyncio.wait_for(self.task, 10)
        await sync_to_async(connections.close_all)()


@pytest.mark.django_db(transaction=True)
def test_an_event_reaches_the_browser_and_not_the_other_account(
    alice: Membership, charlie: Membership, make_mailbox: MakeMailbox
) -> None:
    mine = make_mailbox("s@acme.example", account_of=alice)
    theirs = make_mailbox("s@globex.example", account_of=charlie)
    key = session_of(alice)

    async def scenario() -> list[dict[str, Any]]:
        visitor = Visitor(key)
        assert await visitor.status() == 200
        publishing = asyncio.create_task(publish_until_heard(theirs, mine))
        async for event in visitor.events():
            publishing.cancel()
            await visitor.leave()
            return [event]
        return []

    [event] = asyncio.run(scenario())
    assert (event["kind"], event["mailbox"]) == ("mail", mine.pk)


async def publish_until_heard(*mailboxes: Mailbox) -> None:
    """Again and again: nobody can tell when the subscription stands."""
    while True:
        for mailbox in mailboxes:
            await sync_to_async(publish)(mailbox)
        await asyncio.sleep(0.05)


def publish(mailbox: Mailbox) -> None:
    with tenant(mailbox.account_id):
        live.publish("mail", mailbox_id=mailbox.pk)


@pytest.mark.django_db(transaction=True)
def test_strangers_and_other_origins_are_refused(alice: Membership) -> None:
    key = session_of(alice)

    async def statuses() -> list[int]:
        visitors = [Visitor(""), Visitor(key, origin="https://evil.example")]
        found = [await visitor.status() for visitor in visitors]
        for visitor in visitors:
            await visitor.leave()
        return found

    assert asyncio.run(statuses()) == [403, 403]
