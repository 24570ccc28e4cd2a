"""The mail of a contact as an mbox file: what the asking member may see, whole where that can be (G16)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from accounts.models import AuditEvent, Membership
from crm.contacts import ContactValues, create_contact
from crm.models import Contact
from mailboxes.models import Mailbox
from mailkit.errors import TemporaryMailError
from mailkit.imap_session import ImapSession
from mailkit.letter_reader import list_files
from mailkit.mime_reader import parse_message
from mailkit.types import OutgoingAttachment
from privacy.exporting import count_exported, export_contact
from tests.conftest import MakeMailbox
from tests.privacy.builders import bring, letters_in, mbox_of
from tests.threads.builders import Mail, Post
from threads.models import Message, MessageBody
from threads.services import delete_messages

PDF = OutgoingAttachment("plän.pdf", "application/pdf", b"%PDF of a plan")


@pytest.fixture
def anna(post: Post) -> Contact:
    return create_contact(ContactValues("Anna", emails=["anna@client.example"]))


class Servers:
    """Mail servers that are away; how often somebody tried."""

    def __init__(self) -> None:
        self.tries = 0

    @contextmanager
    def __call__(self, _mailbox: Mailbox) -> Iterator[ImapSession]:
        self.tries += 1
        raise TemporaryMailError("away", step="connect")
        yield


def subjects(member: Membership, contact: Contact) -> list[str]:
    mbox = b"".join(export_contact(member, contact, connect=Servers()))
    return [parse_message(letter.raw).subject for letter in letters_in(mbox)]


@pytest.mark.rule("G16", "K23")
def test_it_has_what_the_member_may_see_oldest_first(
    post: Post, anna: Contact, alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    post.file(Mail("First"), Mail("Other", "boris@other.example"), Mail("Second"))
    Post(make_mailbox("bob@acme.example", owner=bob)).file(Mail("Private"))
    assert subjects(alice, anna) == ["First", "Second"]
    assert subjects(bob, anna) == ["First", "Second", "Private"]
    assert (count_exported(alice, anna), count_exported(bob, anna)) == (2, 3)


@pytest.mark.rule("G16", "K63")
def test_what_lies_in_deleted_is_for_those_who_see_it(
    post: Post, anna: Contact, alice: Membership, bob: Membership
) -> None:
    post.file(Mail("Gone"))
    delete_messages(bob, [Message.objects.get().pk])
    assert (subjects(alice, anna), subjects(bob, anna)) == (["Gone"], [])


@pytest.mark.rule("G12")
def test_it_is_written_down_before_it_is_read(post: Post, anna: Contact, alice: Membership) -> None:
    post.file(Mail())
    export_contact(alice, anna)
    event = AuditEvent.objects.get(action="contact.mail_exported")
    assert (event.actor, event.target_id, event.facts) == (alice, anna.pk, {"count": 1})


@pytest.mark.rule("G12", "K23")
@pytest.mark.parametrize(("is_shared", "count"), [(False, 1), (True, 2)])
def test_nobody_is_told_how_many_letters_are_in_a_personal_mailbox(
    post: Post, anna: Contact, bob: Membership, make_mailbox: MakeMailbox, *, is_shared: bool, count: int
) -> None:
    post.file(Mail("Shared"))
    own = make_mailbox("bob@acme.example", owner=bob)
    Post(own).file(Mail("Private"))
    Mailbox.objects.filter(pk=own.pk).update(shared_with_admins=is_shared)
    assert len(subjects(bob, anna)) == 2
    assert AuditEvent.objects.get(action="contact.mail_exported").facts == {"count": count}


@pytest.mark.rule("K62")
def test_files_that_cannot_be_had_are_named_and_a_dead_server_is_asked_twice(
    post: Post, anna: Contact, alice: Membership
) -> None:
    post.file(*(Mail(f"Plan {number}", files=(PDF,)) for number in range(3)))
    servers = Servers()
    for message in Message.objects.all():
        post_place(message, post)
    letters = letters_in(b"".join(export_contact(alice, anna, connect=servers)))
    assert [letter.raw.startswith(b"X-CRM-Mail-Missing-File: =?utf-8?") for letter in letters] == [True] * 3
    assert servers.tries == 2


def post_place(message: Message, post: Post) -> None:
    """It lies on the server."""
    assert message.on_server
    assert message.places.filter(folder=post.inbox).exists()


@pytest.mark.rule("G16")
def test_an_exported_letter_comes_in_elsewhere_as_it_was(
    post: Post, anna: Contact, alice: Membership, make_mailbox: MakeMailbox
) -> None:
    mail = Mail("Plan", text="From here\n>From there", files=(PDF,))
    bring(alice, post.mailbox, mbox_of(mail))
    mbox = b"".join(export_contact(alice, anna, connect=Servers()))
    other = make_mailbox("other@acme.example", account_of=alice)
    bring(alice, other, mbox)
    here, there = Message.objects.filter(mailbox=post.mailbox).get(), Message.objects.filter(mailbox=other).get()
    assert (bytes(here.identity), here.received_at) == (bytes(there.identity), there.received_at)
    assert dict(list_files(letters_in(mbox)[0].raw)) == dict(list_files(mail.to_bytes()))


def test_a_letter_whose_bytes_are_lost_is_made_of_what_is_known(post: Post, anna: Contact, alice: Membership) -> None:
    post.file(Mail("Offer", text="Hello Anna"))
    MessageBody.objects.update(raw_name="1/raw/00/nothing")
    (letter,) = letters_in(b"".join(export_contact(alice, anna, connect=Servers())))
    parsed = parse_message(letter.raw)
    assert (parsed.subject, parsed.text, b"X-CRM-Mail-Incomplete" in letter.raw) == ("Offer", "Hello Anna", True)
