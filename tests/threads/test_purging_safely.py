"""Purging in the middle of everything else: visits, crashes, files that others need, people who come too late."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.leases import claim, release
from mailboxes.models import Mailbox
from mailkit.failpoints import FailpointReached
from tests.conftest import MakeMailbox
from tests.threads.builders import Mail, Post, failed
from threads import purging
from threads.attachment_store import store_file
from threads.models import Attachment, Message, MessageBody, QuarantinedLetter, Tombstone
from threads.purging import purge_mailbox
from threads.services import delete_messages, restore_messages


@pytest.fixture
def old(post: Post, bob: Membership) -> list[int]:
    """Three letters whose days are over, and no visit."""
    post.file(*(Mail(f"Old {number}") for number in range(3)))
    release(post.lease)
    ids = list(Message.objects.order_by("pk").values_list("pk", flat=True))
    delete_messages(bob, ids)
    Message.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    return ids


def purge(post: Post) -> int | None:
    return purge_mailbox(post.mailbox.pk, now=timezone.now())


def call(*arguments: str) -> dict[str, int]:
    out = StringIO()
    call_command("purge_deleted", "--json", *arguments, stdout=out)
    found: dict[str, int] = json.loads(out.getvalue())
    return found


@pytest.mark.rule("K63")
def test_the_command_says_what_it_would_do_and_does_it(old: list[int], settings: Settings) -> None:
    due = {"days": 30, "due": 3, "mailboxes": 1}
    assert call("--dry-run") == due
    assert Message.objects.count() == 3
    assert call() == {**due, "purged": 3, "busy": 0}
    assert call() == {"days": 30, "due": 0, "mailboxes": 0, "purged": 0, "busy": 0}
    settings.DELETED_DAYS = 60
    assert call("--dry-run")["days"] == 60


def test_it_waits_while_a_visit_goes_on_and_keeps_visits_away(
    post: Post, old: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = claim(post.mailbox.pk)
    assert lease
    assert purge(post) is None
    assert call() == {"days": 30, "due": 3, "mailboxes": 1, "purged": 0, "busy": 1}
    release(lease)
    claimed = []
    delete_rows = purging._delete_rows

    def look_meanwhile(*args: object, **facts: object) -> None:
        claimed.append(claim(post.mailbox.pk))
        delete_rows(*args, **facts)  # type: ignore[arg-type]

    monkeypatch.setattr(purging, "_delete_rows", look_meanwhile)
    assert purge(post) == 3
    assert claimed == [None]
    assert claim(post.mailbox.pk)
    assert Mailbox.objects.with_servers().get().crash_count == 0


def test_a_paused_mailbox_is_purged_too(post: Post, old: list[int]) -> None:
    Mailbox.objects.update(state=Mailbox.State.PAUSED, next_sync_at=None)
    assert purge(post) == 3


@pytest.mark.rule("K63")
def test_a_worker_that_dies_after_the_files_leaves_the_rest_to_the_next(
    post: Post, old: list[int], alice: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = list(MessageBody.objects.values_list("raw_name", flat=True))
    monkeypatch.setenv("FAILPOINT", "P1:1:raise")
    with pytest.raises(FailpointReached):
        purge(post)
    assert not any(default_storage.exists(name) for name in names)
    assert restore_messages(alice, old) == 0  # their days are over
    assert purge(post) == 3
    assert (Message.objects.count(), Tombstone.objects.count()) == (0, 3)


def test_it_goes_on_batch_by_batch(post: Post, old: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "LETTERS_AT_ONCE", 2)
    assert purge_mailbox(post.mailbox.pk, now=timezone.now(), seconds=0) == 2
    assert purge_mailbox(post.mailbox.pk, now=timezone.now(), seconds=0) == 1


def test_a_file_that_another_letter_has_too_stays(post: Post, old: list[int]) -> None:
    shared = store_file(post.mailbox.pk, [b"price list"])
    alone = store_file(post.mailbox.pk, [b"offer"])
    kept, *rest = old
    Message.objects.filter(pk=kept).update(deleted_at=None, deleted_by=None)
    for letter, name in ((kept, shared), (rest[0], shared), (rest[1], alone)):
        Attachment.objects.create(
            message_id=letter, section="2", filename="a.pdf", content_type="application/pdf", size=5, stored_name=name
        )
    assert purge(post) == 2
    assert (default_storage.exists(shared), default_storage.exists(alone)) == (True, False)
    assert default_storage.exists(MessageBody.objects.get().raw_name)


def test_the_same_bytes_in_quarantine_go_too(post: Post, old: list[int]) -> None:
    lease = claim(post.mailbox.pk)
    assert lease
    post.lease = lease
    raw_name = MessageBody.objects.filter(message=old[0]).values_list("raw_name", flat=True).get()
    post.file_letters([], failed=[failed(50, raw_name=raw_name), failed(51)])
    release(lease)
    assert purge(post) == 3
    assert QuarantinedLetter.objects.get().entry.uid == 51
    assert not default_storage.exists(raw_name)


def test_other_mailboxes_and_accounts_are_left_alone(
    post: Post, old: list[int], charlie: Membership, make_mailbox: MakeMailbox
) -> None:
    with tenant(charlie.account_id):
        theirs = Post(make_mailbox("sales@globex.example", account_of=charlie))
        theirs.file(Mail("Theirs"))
        Message.objects.update(deleted_at=timezone.now() - timedelta(days=31))
        release(theirs.lease)
    assert purge_mailbox(theirs.mailbox.pk, now=timezone.now()) is None  # in the scope of Acme
    assert purge(post) == 3
    with tenant(charlie.account_id):
        assert Message.objects.count() == 1
