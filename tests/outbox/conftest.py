"""Letters of Acme: Alice's own mailbox, the shared one of the account, and a shorthand for queueing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.connections import imap_session
from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import store_secret
from mailkit.mime_reader import parse_message
from mailkit.types import Secret
from outbox.models import OutgoingMail
from outbox.services import LetterRequest, queue_letter
from tests.conftest import MakeMailbox
from tests.servers.dovecot import DovecotServer
from tests.servers.pymap_server import PymapServer
from tests.servers.smtp_sink import SmtpSink

Queue = Callable[..., OutgoingMail]


@pytest.fixture(autouse=True)
def scope(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests that know Alice work in her account."""
    if "alice" not in request.fixturenames:
        yield
        return
    member: Membership = request.getfixturevalue("alice")
    with tenant(member.account_id):
        yield


@pytest.fixture(autouse=True)
def no_pace(settings: Settings) -> None:
    """As fast as the servers take them, unless a test is about the pace."""
    settings.SEND_PER_SECOND = 0


@pytest.fixture
def alices(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    """Her personal mailbox, shared with nobody."""
    return make_mailbox("alice@acme.example", owner=alice)


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    """The shared mailbox of the account."""
    return make_mailbox("sales@acme.example", account_of=alice)


@pytest.fixture
def queue(alice: Membership, alices: Mailbox) -> Queue:
    """Alice writes to Ann, unless the test says otherwise."""

    def queue_it(member: Membership = alice, **fields: Any) -> OutgoingMail:
        plain: dict[str, Any] = {
            "mailbox_id": alices.pk,
            "to": ["Ann <ann@client.example>"],
            "subject": "Offer",
            "text": "Dear Ann,\nhere it is.",
            "track_opens": False,  # as it was written, unless the test is about it
            "track_links": False,
        }
        return queue_letter(member, LetterRequest(**{**plain, **fields}))

    return queue_it


@dataclass(frozen=True)
class Office:
    """A mailbox of Alice's with real servers behind it."""

    mailbox: Mailbox
    sink: SmtpSink
    imap: DovecotServer | PymapServer
    user: str

    def sent_folder(self, name: str = "Sent") -> list[str]:
        """The Message-IDs in the Sent folder of the server."""
        with imap_session(self.mailbox) as session:
            session.examine(name)
            letters = session.fetch_messages(session.list_uids())
            return [parse_message(letter.raw).message_id for letter in letters]

    def sink_ids(self) -> list[str]:
        """The Message-IDs of what was delivered."""
        return [parse_message(letter.raw).message_id for letter in self.sink.letters]


MakeOffice = Callable[..., Office]


@pytest.fixture
def make_office(alice: Membership, make_mailbox: MakeMailbox, smtp_sink: SmtpSink) -> MakeOffice:
    """Letters go to `smtp_sink`, copies to a user of the given IMAP server."""

    def make(imap: DovecotServer | PymapServer, *, user: str = "", owner: Membership = alice) -> Office:
        user = user or imap.new_user()
        mailbox = make_mailbox(user, owner=owner)
        mailbox.imap_port, mailbox.imap_security, mailbox.imap_username = imap.address().port, "none", user
        mailbox.smtp_port, mailbox.smtp_security, mailbox.smtp_username = smtp_sink.port, "none", smtp_sink.user
        mailbox.save()
        with tenant(mailbox.account_id):
            store_secret(mailbox, Credential.Field.IMAP_PASSWORD, Secret(imap.password))
            store_secret(mailbox, Credential.Field.SMTP_PASSWORD, Secret(smtp_sink.password))
        return Office(mailbox, smtp_sink, imap, user)

    return make


@pytest.fixture
def office(make_office: MakeOffice, pymap_server: PymapServer) -> Office:
    """With pymap, which starts with the tests."""
    return make_office(pymap_server)
