"""The ledger: each letter of the server is imported, skipped for a reason, or failed; else it does not agree."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, Membership
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox
from tests.threads.builders import Mail, Post
from tests.threads.ledgers import add_place, set_aside
from threads.ledger_report import FolderLedger, Skipped, ledger_of
from threads.models import Folder, FolderEntry
from threads.services import delete_messages

pytestmark = [pytest.mark.rule("G13"), pytest.mark.usefixtures("in_account")]
Outcome = FolderEntry.Outcome


@pytest.fixture
def mailbox(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


def count_on_server(folder: Folder, messages: int, *, older: int = 0) -> None:
    Folder.objects.filter(pk=folder.pk).update(message_count=messages, older_count=older)


def inbox_of(mailbox: Mailbox) -> FolderLedger:
    return next(ledger for ledger in ledger_of(mailbox) if ledger.folder == "inbox")


def test_a_mailbox_that_was_never_visited_has_none(mailbox: Mailbox) -> None:
    assert ledger_of(mailbox) == []


def test_everything_is_here(mailbox: Mailbox) -> None:
    post = Post(mailbox)
    post.file(Mail(), Mail())
    count_on_server(post.inbox, 2)
    assert inbox_of(mailbox) == FolderLedger("inbox", on_server=2, imported=2, skipped=(), failed=0)
    assert all(ledger.agrees for ledger in ledger_of(mailbox))


def test_each_letter_that_is_left_out_has_its_reason(mailbox: Mailbox, alice: Membership, account: Account) -> None:
    post = Post(mailbox)
    mail = Mail()
    post.file(mail, Mail())
    (deleted,) = post.file(Mail()).new_message_ids
    post.file(mail)  # the same letter a second time
    delete_messages(alice, [deleted])
    for uid, outcome in (
        (101, Outcome.OLDER),
        (102, Outcome.FILTERED),
        (103, Outcome.INTERNAL),
        (104, Outcome.INTERNAL),
    ):
        add_place(post.inbox, uid, outcome)
    set_aside(mailbox)
    count_on_server(post.inbox, 49, older=40)
    ledger = inbox_of(mailbox)
    assert (ledger.imported, ledger.failed) == (2, 1)
    assert ledger.skipped == (
        Skipped("older", 41),
        Skipped("filtered", 1),
        Skipped("internal", 2),
        Skipped("duplicate", 1),
        Skipped("deleted_here", 1),
    )
    assert ledger.agrees
    count_on_server(post.inbox, 50, older=40)
    assert not inbox_of(mailbox).agrees


def test_what_is_gone_or_of_an_earlier_epoch_does_not_count(mailbox: Mailbox) -> None:
    post = Post(mailbox)
    post.file(Mail(), Mail())
    add_place(post.inbox, 101, Outcome.GONE, is_on_server=False)
    FolderEntry.objects.filter(uid=1).update(is_on_server=False)
    Folder.objects.filter(pk=post.inbox.pk).update(generation=2, message_count=1)
    assert inbox_of(mailbox).imported == 0
    Folder.objects.filter(pk=post.inbox.pk).update(generation=1)
    assert inbox_of(mailbox).imported == 1
    assert inbox_of(mailbox).agrees


def test_it_takes_two_statements(
    mailbox: Mailbox, alice: Membership, make_mailbox: MakeMailbox, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Post(mailbox).file(*(Mail() for _number in range(20)))
    Post(make_mailbox("info@acme.example", account_of=alice)).file(Mail())
    with django_assert_num_queries(2):
        assert inbox_of(mailbox).imported == 20
