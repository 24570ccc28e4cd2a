"""Clients of the people of Acme and Globex, and letters of Acme, filed as sync files them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from mailkit.types import OutgoingAttachment
from tests.api.client import ApiClient
from tests.conftest import MakeMailbox
from tests.servers.pymap_server import PymapServer
from tests.servers.smtp_sink import SmtpSink
from tests.threads.builders import Mail, Post
from threads.models import Message

DANA = "Dana Diaz <Dana@client.example>"
OFFER = OutgoingAttachment("offer.pdf", "application/pdf", b"%PDF-1.7 an offer")
MakeLetter = Callable[..., Message]


@pytest.fixture
def anyone() -> ApiClient:
    return ApiClient()


@pytest.fixture
def alice_api(alice: Membership) -> ApiClient:
    return ApiClient(alice)


@pytest.fixture
def bob_api(bob: Membership) -> ApiClient:
    return ApiClient(bob)


@pytest.fixture
def charlie_api(charlie: Membership) -> ApiClient:
    return ApiClient(charlie)


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    """A shared mailbox of Acme."""
    return make_mailbox("sales@acme.example", account_of=alice)


@pytest.fixture
def alices_own(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    """Alice's personal mailbox: not even Bob sees it."""
    return make_mailbox("alice.private@acme.example", owner=alice)


@pytest.fixture
def make_letter() -> MakeLetter:
    """A letter from Dana with a file, in a mailbox's inbox; each is newer than the one before."""
    posts: dict[int, Post] = {}

    def make(mailbox: Mailbox, subject: str = "Offer", *, text: str = "Dear all", html: str = "") -> Message:
        with tenant(mailbox.account_id):
            post = posts.get(mailbox.pk) or posts.setdefault(mailbox.pk, Post(mailbox))
            mail = Mail(subject, DANA, mailbox.address, cc="Eve@client.example", text=text, html=html, files=(OFFER,))
            (message_id,) = post.file(mail).new_message_ids
            return Message.objects.get(pk=message_id)

    return make


@pytest.fixture
def connect_body(settings: Settings, pymap_server: PymapServer, smtp_sink: SmtpSink) -> dict[str, Any]:
    """What connects a mailbox whose two servers work."""
    settings.EMBEDDED = True
    user = pymap_server.new_user()
    login, sink = pymap_server.login(user), smtp_sink.login()
    return {
        "address": user,
        "kind": "personal",
        "imap": {"host": "localhost", "port": pymap_server.port, "security": "none", "password": login.secret.value},
        "smtp": {
            "host": "localhost",
            "port": smtp_sink.port,
            "security": "none",
            "username": sink.username,
            "password": sink.secret.value,
        },
    }
