"""However often a letter comes, it is filed once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.db import connection

from accounts.models import Membership
from crm.models import Contact, ContactEmail
from tests.conftest import MakeMailbox
from tests.threads.builders import ANNA, SALES, START, Mail, Post, file_sent_letter
from threads.filing import Progress
from threads.models import FolderEntry, Message, Thread

TABLES = [
    "threads_folder",
    "threads_thread",
    "threads_message",
    "threads_messagebody",
    "threads_participant",
    "threads_attachment",
    "threads_folderentry",
    "threads_cardlink",
    "mailboxes_mailbox",
]


def row_versions() -> Mapping[str, Any]:
    """Each row's physical version: an UPDATE changes it even when the values stay the same."""
    with connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT ctid::text FROM {table} ORDER BY ctid")  # noqa: S608
            found[table] = cursor.fetchall()
        return found


@pytest.mark.parametrize("progress", Progress)
def test_the_same_batch_again_changes_no_row(post: Post, progress: Progress) -> None:
    contact = Contact.objects.create(name="Anna")
    ContactEmail.objects.create(contact=contact, email="anna@client.example", email_key="anna@client.example")
    batch = {1: Mail(), 2: Mail("Other"), 3: Mail("Re: Offer", flags=frozenset({"\\Seen"}))}
    first = post.file_at(batch, progress=progress, outcomes={4: "older"})
    before = row_versions()
    again = post.file_at(batch, progress=progress, outcomes={4: "older"})
    assert (len(first.new_message_ids), first.known_count) == (3, 0)
    assert (len(again.new_message_ids), again.known_count) == (0, 3)
    assert row_versions() == before


def test_the_same_letter_at_two_places_is_one_message(post: Post) -> None:
    mail = Mail()
    assert len(post.file(mail, mail).new_message_ids) == 1
    post.file(mail, folder=post.sent)
    assert Message.objects.count() == 1
    assert FolderEntry.objects.filter(message__isnull=False).count() == 3
    assert Thread.objects.get().message_count == 1


@pytest.mark.rule("K31")
def test_two_mailboxes_have_messages_and_threads_of_their_own(
    post: Post, alice: Membership, make_mailbox: MakeMailbox
) -> None:
    other = Post(make_mailbox("info@acme.example", account_of=alice))
    mail = Mail(to=f"{SALES}, info@acme.example")
    post.file(mail)
    other.file(mail)
    assert (Message.objects.count(), Thread.objects.count()) == (2, 2)


def test_letters_with_one_message_id_but_different_heads_are_two(post: Post) -> None:
    post.file(Mail(message_id="same@x", minutes=1), Mail(message_id="same@x", minutes=2))
    assert Message.objects.count() == 2


@pytest.mark.rule("M93", "K14")
def test_the_letter_we_sent_is_found_in_sent_by_its_message_id(post: Post) -> None:
    mail = Mail("Offer", sender=SALES, to=ANNA, message_id="ours@acme.example")
    message = file_sent_letter(post.mailbox, raw=mail.to_bytes(), sent_at=START)
    assert (message.direction, message.is_ours, message.is_read) == ("outgoing", True, True)
    changed_by_the_provider = Mail("[sent] Offer", sender=SALES, to=ANNA, message_id="ours@acme.example", minutes=3)
    assert post.file_sent(changed_by_the_provider).known_count == 1
    assert Message.objects.get() == message
    assert FolderEntry.objects.get().message == message


def test_a_stranger_cannot_hide_a_letter_behind_our_message_id(post: Post) -> None:
    mail = Mail("Offer", sender=SALES, to=ANNA, message_id="ours@acme.example")
    file_sent_letter(post.mailbox, raw=mail.to_bytes(), sent_at=START)
    assert len(post.file(Mail(message_id="ours@acme.example")).new_message_ids) == 1


def test_a_sent_letter_is_one_when_sync_found_it_first_and_when_told_twice(post: Post) -> None:
    mail = Mail("Offer", sender=SALES, to=ANNA)
    post.file_sent(mail)
    first = file_sent_letter(post.mailbox, raw=mail.to_bytes(), sent_at=START)
    assert file_sent_letter(post.mailbox, raw=mail.to_bytes(), sent_at=START) == first
    assert Message.objects.get().is_ours
    assert Thread.objects.get().outgoing_count == 1
