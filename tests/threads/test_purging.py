"""Thirty days in Deleted, then a letter is gone for good, and no sync brings it back (K60, K63)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, Membership
from mailboxes.leases import claim, release
from mailboxes.models import Mailbox
from mailkit.types import OutgoingAttachment
from tests.crm_mail.canary import places_of
from tests.threads.builders import SALES, START, Mail, Post, file_sent_letter
from threads.filing import SentLetter, file_sent_letters
from threads.ledger_report import ledger_of
from threads.models import FolderEntry, Message, Thread, Tombstone
from threads.purging import count_due, purge_mailbox
from threads.regrouping import regroup_mailbox
from threads.services import delete_messages

WORD = "xylographer"
LONG_AGO = timedelta(days=31)
Purge = Callable[[], int | None]


def delete_long_ago(member: Membership, *subjects: str) -> None:
    letters = Message.objects.filter(subject__in=subjects)
    delete_messages(member, list(letters.values_list("pk", flat=True)))
    letters.update(deleted_at=timezone.now() - LONG_AGO)


@pytest.fixture
def purge(post: Post) -> Purge:
    """The visit of `post` has ended."""

    def run() -> int | None:
        release(post.lease)
        return purge_mailbox(post.mailbox.pk, now=timezone.now())

    return run


def resume_sync(post: Post) -> None:
    lease = claim(post.mailbox.pk)
    assert lease
    post.lease = lease


@pytest.fixture
def gone(post: Post, bob: Membership, purge: Purge) -> Mail:
    """A letter that was purged; another one of its thread stays."""
    mail = Mail("Offer", text=WORD)
    post.file_at({1: mail, 2: Mail("Re: Offer", text="second")})
    delete_long_ago(bob, "Offer")
    assert purge() == 1
    return mail


@pytest.mark.rule("K63")
def test_a_letter_is_kept_for_thirty_days(post: Post, bob: Membership, purge: Purge) -> None:
    post.file(Mail("Old"), Mail("Young"))
    delete_long_ago(bob, "Old", "Young")
    Message.objects.filter(subject="Young").update(deleted_at=timezone.now() - timedelta(days=30))
    assert list(count_due(timezone.now()).values()) == [1]
    assert purge() == 1
    assert Message.objects.get().subject == "Young"


@pytest.mark.rule("K63")
def test_nothing_of_it_is_found_anywhere(post: Post, bob: Membership, purge: Purge) -> None:
    scan = OutgoingAttachment(f"{WORD}.pdf", "application/pdf", WORD.encode())
    sender = f"{WORD} <{WORD}@client.example>"
    post.file(Mail(WORD, sender=sender, text=WORD, files=(scan,)), Mail("Other"))
    assert places_of(WORD)
    delete_long_ago(bob, WORD)
    assert purge() == 1
    assert places_of(WORD) == []
    assert (Message.objects.count(), Thread.objects.count()) == (1, 1)
    event = AuditEvent.objects.get(action="messages.purged")
    assert (event.actor, event.facts) == (None, {"count": 1})


@pytest.mark.rule("K60")
def test_it_never_comes_back_by_sync_in_old_places_or_new_ones(post: Post, gone: Mail) -> None:
    resume_sync(post)
    filed = post.file_at({1: gone, 7: gone})
    post.file_at({1: gone, 8: Mail("New")}, generation=2)
    assert (filed.new_message_ids, filed.known_count) == ([], 0)
    assert not Message.objects.filter(message_id_header=gone.message_id).exists()
    assert set(FolderEntry.objects.filter(message=None).values_list("outcome", flat=True)) == {"deleted"}
    assert places_of(WORD) == []


@pytest.mark.rule("K60", "K33")
def test_regrouping_brings_nothing_back(post: Post, gone: Mail) -> None:
    Mailbox.objects.update(group_messages=False)
    regroup_mailbox(post.mailbox)
    assert (Message.objects.count(), Thread.objects.get().message_count) == (1, 1)


@pytest.mark.rule("K60", "G13")
def test_the_ledger_says_deleted_here(post: Post, gone: Mail) -> None:
    assert Tombstone.objects.get().message_id_header == gone.message_id
    post.inbox.message_count = 2
    post.inbox.save()
    [inbox, _sent] = ledger_of(post.mailbox)
    assert [(each.reason, each.count) for each in inbox.skipped] == [("deleted_here", 1)]
    assert inbox.agrees


@pytest.mark.rule("K60")
def test_a_letter_of_ours_is_known_by_its_message_id(post: Post, bob: Membership, purge: Purge) -> None:
    mail = Mail("Ours", sender=SALES, to="anna@client.example")
    file_sent_letter(post.mailbox, raw=mail.to_bytes(), sent_at=START)
    delete_long_ago(bob, "Ours")
    assert purge() == 1
    assert file_sent_letters(post.mailbox, [SentLetter(mail.to_bytes(), START)]) == [None]
    resume_sync(post)
    changed = Mail("Ours [sent by provider]", sender=SALES, to="anna@client.example", message_id=mail.message_id)
    post.file_sent(changed)
    assert not Message.objects.exists()
    post.file(Mail("Not ours", message_id=mail.message_id))  # who claims the same Message-ID in the Inbox is another
    assert Message.objects.get().subject == "Not ours"
