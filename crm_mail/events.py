"""`uvicorn crm_mail.events:application`: the event stream (SSE) of open browsers, a small ASGI process of its own.

It reads the session, subscribes to the account's channel in Redis (accounts.live) and passes on what the member may be
told. Whose mailboxes these are is asked again when somebody's rights changed, and every minute, so a right taken away
ends here at once, and soon even if that word was lost. A lost event does no harm: the pages also poll.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_mail.settings")
import django

django.setup()

import redis.asyncio as redis  # noqa: E402  (Django is set up first)
from asgiref.sync import sync_to_async  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import close_old_connections  # noqa: E402
from django.utils.crypto import constant_time_compare  # noqa: E402

from accounts.live import RIGHTS, channel  # noqa: E402
from accounts.middleware import SESSION_KEY as ACCOUNT_KEY  # noqa: E402
from accounts.models import Membership, User  # noqa: E402
from accounts.tenancy import tenant  # noqa: E402
from mailboxes.models import Mailbox  # noqa: E402

HEARTBEAT_SECONDS = 20  # below the idle time-outs of proxies
RIGHTS_SECONDS = 60
RETRY_MS = 3000
MAX_SECONDS = 3600  # then the browser connects anew, and so the session is checked anew

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Listener:
    """Whose stream it is, and what they may be told of."""

    account_id: int
    member_id: int
    mailbox_ids: frozenset[int]


def find_listener(session_key: str) -> Listener | None:
    """The member behind a session cookie; None when signed out, deactivated or without an account."""
    session = SessionStore(session_key).load() if session_key else {}
    if BACKEND_SESSION_KEY not in session or ACCOUNT_KEY not in session:
        return None
    user = User.objects.filter(pk=session[SESSION_KEY], is_active=True).first()
    if user is None or not constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
        return None
    with tenant(int(session[ACCOUNT_KEY])):
        member = Membership.objects.filter(user=user, is_active=True).first()
        if member is None:
            return None
        mailboxes = Mailbox.objects.visible_to(member).values_list("id", flat=True)
        return Listener(member.account.pk, member.pk, frozenset(mailboxes))


async def _listener(session_key: str) -> Listener | None:
    def find() -> Listener | None:
        close_old_connections()  # no request begins or ends here that would do it
        return find_listener(session_key)

    return await sync_to_async(find)()


def is_for(listener: Listener, event: dict[str, Any]) -> bool:
    """An event has an audience: everyone, one member, or those who see a mailbox. Without one nobody hears it."""
    if event.get("everyone"):
        return True
    if event.get("member") is not None:
        return bool(event["member"] == listener.member_id)
    return event.get("mailbox") in listener.mailbox_ids


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http":
        await _answer(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        kind = (await receive())["type"].removeprefix("lifespan.")
        await send({"type": f"lifespan.{kind}.complete"})
        if kind == "shutdown":
            return


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    if scope["path"] == "/healthz":
        await _short(send, 200, b"ok\n")
    elif scope["path"] != "/events/" or scope["method"] != "GET":
        await _short(send, 404, b"not found\n")
    elif headers.get("origin", settings.BASE_URL) != settings.BASE_URL:
        await _short(send, 403, b"another origin\n")
    else:
        cookie = SimpleCookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
        session_key = cookie.value if cookie else ""
        listener = await _listener(session_key)
        if listener is None:
            await _short(send, 403, b"sign in first\n")
        else:
            await _stream(session_key, listener, receive, send)


def _headers(content_type: bytes) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-type", content_type),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),  # nginx must not hold events back
        (b"x-content-type-options", b"nosniff"),
        (b"access-control-allow-origin", settings.BASE_URL.encode()),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"origin"),
    ]


async def _short(send: Send, status: int, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": _headers(b"text/plain")})
    await send({"type": "http.response.body", "body": body})


async def _stream(session_key: str, listener: Listener, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": _headers(b"text/event-stream")})
    await send({"type": "http.response.body", "body": f"retry: {RETRY_MS}\n\n".encode(), "more_body": True})
    sending = asyncio.create_task(_send_all(session_key, listener, send))
    leaving = asyncio.create_task(_wait_for_leaving(receive))
    _done, pending = await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    if sending.done() and not sending.cancelled():
        sending.result()
        await send({"type": "http.response.body", "body": b""})


async def _wait_for_leaving(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


async def _send_all(session_key: str, listener: Listener, send: Send) -> None:
    async for chunk in _chunks(session_key, listener):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _chunks(session_key: str, listener: Listener) -> AsyncIterator[bytes]:
    """Events and heartbeats until the session ends or its time is over. Redis gone: the stream ends, the page polls."""
    started = checked = time.monotonic()
    client = redis.Redis.from_url(settings.REDIS_URL)
    try:
        async with client.pubsub(ignore_subscribe_messages=True) as subscription:
            await subscription.subscribe(channel(listener.account_id))
            while time.monotonic() - started < MAX_SECONDS:
                message = await subscription.get_message(timeout=HEARTBEAT_SECONDS)
                if _tells_of_rights(message) or time.monotonic() - checked > RIGHTS_SECONDS:
                    checked = time.monotonic()
                    renewed = await _listener(session_key)
                    if renewed is None or renewed.account_id != listener.account_id:
                        return
                    listener = renewed
                yield _chunk(listener, message)
    except redis.RedisError:
        return
    finally:
        await client.aclose()


def _tells_of_rights(message: dict[str, Any] | None) -> bool:
    return message is not None and json.loads(message["data"])["kind"] == RIGHTS


def _chunk(listener: Listener, message: dict[str, Any] | None) -> bytes:
    if message is None:
        return b": still here\n\n"
    event = json.loads(message["data"])
    if not is_for(listener, event):
        return b""
    return f"event: {event['kind']}\ndata: {json.dumps(event)}\n\n".encode()
