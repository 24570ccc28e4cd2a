"""Deleting a mailbox with all its mail: nothing of it is left anywhere, and nothing of others is touched."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import Membership
from accounts.notices import notify
from crm_mail import removing
from crm_mail.tasks import forget_late_files
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail, Upload
from tests.api.client import ApiClient
from tests.conftest import MakeMailbox
from tests.crm_mail.canary import places_of
from tests.crm_mail.full_mailbox import Write, fill, give_up, write_letter
from tests.threads.builders import Post
from threads.models import Message
from threads.raw_store import store_raw

CANARY = "zanzibarfalcon"


@pytest.fixture
def write(alice: Membership) -> Write:
    """As Alice."""
    return partial(write_letter, alice)


@pytest.mark.rule("K64")
def test_nothing_of_it_is_left_in_any_row_file_or_key(alice: Membership, post: Post, write: Write) -> None:
    cache.clear()
    fill(post, CANARY)
    write(post.mailbox, CANARY)
    store_raw(post.mailbox.pk, f"Subject: {CANARY} of a visit that broke".encode())
    answer = ApiClient(alice).post(
        "outbox/",
        {"mailbox": str(post.mailbox.pk), "to": ["a@client.example"], "subject": CANARY, "text": CANARY},
        Idempotency_Key="once",
    )
    assert answer.status_code == 201
    notify([alice], "mailbox.needs_login", mailbox=post.mailbox.pk)
    assert {"table accounts_idempotentreply", "table threads_messagebody", "table outbox_upload"} <= {
        *places_of(CANARY)
    }

    give_up(alice, post.mailbox)
    assert removing.remove(post.mailbox.pk)
    assert places_of(CANARY) == []
    assert places_of(f"mailboxes/{post.mailbox.pk}/") == []
    assert not Mailbox.objects.filter(pk=post.mailbox.pk).exists()


@pytest.mark.rule("K64")
def test_mail_of_other_mailboxes_stays_with_its_files(
    alice: Membership, make_mailbox: MakeMailbox, post: Post, write: Write
) -> None:
    other = Post(make_mailbox("info@acme.example", account_of=alice))
    for box in (post, other):
        fill(box, CANARY)
        write(box.mailbox, CANARY)
    before = {path.name for path in _files(other.mailbox)}
    assert before
    give_up(alice, post.mailbox)
    assert removing.remove(post.mailbox.pk)
    assert {path.name for path in _files(other.mailbox)} == before
    assert Message.objects.count() == Message.objects.filter(mailbox=other.mailbox).count() == 5
    (upload,) = Upload.objects.all()
    assert default_storage.exists(upload.storage_name)  # both had the same bytes


def _files(mailbox: Mailbox) -> list[Path]:
    root = Path(default_storage.path(f"{mailbox.account_id}/mailboxes/{mailbox.pk}"))
    return [path for path in root.rglob("*") if path.is_file()]


@pytest.mark.rule("K64")
def test_what_was_interrupted_goes_on(alice: Membership, post: Post, write: Write) -> None:
    fill(post, CANARY)
    write(post.mailbox, CANARY)
    give_up(alice, post.mailbox)
    assert not removing.remove(post.mailbox.pk, seconds=-1)
    assert removing.list_to_remove() == [(post.mailbox.account_id, post.mailbox.pk)]
    assert removing.remove(post.mailbox.pk)
    assert removing.list_to_remove() == []
    assert removing.remove(post.mailbox.pk)  # a task that came twice


@pytest.mark.rule("K64")
def test_two_workers_do_not_remove_the_same_mailbox(alice: Membership, post: Post) -> None:
    give_up(alice, post.mailbox)
    Mailbox.objects.filter(pk=post.mailbox.pk).update(lease_until=timezone.now() + timedelta(minutes=1))
    assert removing.list_to_remove() == []
    assert not removing.remove(post.mailbox.pk)


@pytest.mark.rule("K64", "M90")
def test_a_letter_that_is_being_sent_is_waited_for(alice: Membership, post: Post, write: Write) -> None:
    mail = write(post.mailbox, CANARY)
    OutgoingMail.objects.filter(pk=mail.pk).update(
        state=OutgoingMail.State.SENDING, lease_until=timezone.now() + timedelta(minutes=1)
    )
    give_up(alice, post.mailbox)
    assert not removing.remove(post.mailbox.pk)
    OutgoingMail.objects.filter(pk=mail.pk).update(state=OutgoingMail.State.SENT, lease_until=None)
    assert removing.remove(post.mailbox.pk)


@pytest.mark.rule("K64")
def test_a_file_that_a_late_worker_wrote_goes_too(alice: Membership, post: Post) -> None:
    give_up(alice, post.mailbox)
    assert removing.remove(post.mailbox.pk)
    store_raw(post.mailbox.pk, CANARY.encode())
    assert places_of(CANARY)
    forget_late_files()
    assert places_of(CANARY) == []


@pytest.mark.rule("K64", "G12")
def test_the_address_can_be_connected_again(alice: Membership, make_mailbox: MakeMailbox, post: Post) -> None:
    give_up(alice, post.mailbox)
    assert removing.remove(post.mailbox.pk)
    again = make_mailbox(post.mailbox.address, account_of=alice)
    assert list(Mailbox.objects.visible_to(alice).with_servers()) == [again]
