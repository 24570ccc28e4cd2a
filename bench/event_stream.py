"""The event stream as a signed-in browser hears it."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from accounts.middleware import SESSION_KEY as ACCOUNT_KEY
from accounts.models import Membership, User
from accounts.tenancy import tenant
from bench import product
from crm_mail.embedded.ports import free_port
from mailboxes.models import Mailbox


class EventStream:
    """Counts the events "mail" by mailbox, in a thread of its own."""

    def __init__(self, port: int, session_key: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session_key}"}
        self._connection.request("GET", "/events/", headers=headers)
        self._answer = self._connection.getresponse()
        if self._answer.status != http.client.OK:
            raise RuntimeError(f"the event stream says {self._answer.status}")
        self._counts: Counter[int] = Counter()
        threading.Thread(target=self._listen, daemon=True).start()

    def count(self, mailbox_id: int) -> int:
        return self._counts[mailbox_id]

    def _listen(self) -> None:
        while line := self._answer.readline():
            if line.startswith(b"data: "):
                event = json.loads(line.removeprefix(b"data: "))
                if event["kind"] == "mail":
                    self._counts[event["mailbox"]] += 1


@contextmanager
def event_stream(directory: Path, mailbox: Mailbox) -> Iterator[EventStream]:
    """Of the administrator of the mailbox's account."""
    port = free_port()
    options = ["--port", str(port), "--no-access-log", "--timeout-graceful-shutdown", "1"]
    command = ["-m", "uvicorn", *options, "crm_mail.events:application"]
    with product.started("events", command, directory, {}):
        product.wait_for(lambda: product.answers(port), "the event stream")
        with tenant(mailbox.account_id):
            user = Membership.objects.select_related("user").get().user
        yield EventStream(port, session_of(user, mailbox.account.pk))


def session_of(user: User, account_id: int) -> str:
    """The key of a session in which this user is signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[ACCOUNT_KEY] = account_id
    session.save()
    return str(session.session_key)
