"""What administrators learn of letters that were deleted in personal mailboxes: that they were, and whose (K63)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.errors import NotAllowed
from accounts.models import Account, Membership, Notice
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox
from tests.threads.builders import Mail, Post
from threads.access import get_message_for
from threads.errors import MessageNotFound
from threads.models import Message, Thread
from threads.services import delete_messages, restore_messages
from threads.withheld import RESTORED, list_withheld, restore_withheld

pytestmark = [pytest.mark.usefixtures("in_account"), pytest.mark.rule("K63")]


@pytest.fixture
def private(bob: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("bob@acme.example", owner=bob)


@pytest.fixture
def letter(private: Mailbox, bob: Membership) -> Message:
    """Deleted by Bob, in his own mailbox."""
    Post(private).file(Mail("Salary", to="bob@acme.example"))
    delete_messages(bob, [Message.objects.get().pk])
    return Message.objects.get()


def test_it_is_one_line_with_owner_and_date_and_nothing_else(letter: Message, alice: Membership) -> None:
    [line] = list_withheld(alice)
    assert (line.pk, line.deleted_at, line.mailbox.owner.name) == (letter.pk, letter.deleted_at, "Bob Baker")
    loaded = {**line.__dict__, **line.mailbox.__dict__}
    assert not {"subject", "snippet", "from_address", "from_name", "address", "thread_id"} & set(loaded)
    with pytest.raises(MessageNotFound):
        get_message_for(alice, letter.pk)


def test_it_is_restored_to_its_owner(letter: Message, alice: Membership, bob: Membership) -> None:
    restore_withheld(alice, str(letter.pk))
    assert get_message_for(bob, letter.pk).deleted_at is None
    told = Notice.objects.get()
    assert (told.membership, told.kind, told.facts) == (bob, RESTORED, {"message": letter.pk})
    assert not list_withheld(alice).exists()
    with pytest.raises(MessageNotFound):
        restore_withheld(alice, letter.pk)


def test_others_neither_see_nor_restore_it(letter: Message, bob: Membership, charlie: Membership) -> None:
    assert not list_withheld(bob).exists()
    with pytest.raises(NotAllowed):
        restore_withheld(bob, letter.pk)


def test_what_the_administrator_sees_anyway_is_not_withheld(
    letter: Message, private: Mailbox, alice: Membership, make_mailbox: MakeMailbox
) -> None:
    Mailbox.objects.filter(pk=private.pk).update(shared_with_admins=True)
    assert not list_withheld(alice).exists()
    assert Thread.objects.visible_to(alice).in_folder("deleted").count() == 1
    with pytest.raises(MessageNotFound):
        restore_withheld(alice, letter.pk)


def test_when_its_days_are_over_nobody_restores_it(letter: Message, alice: Membership) -> None:
    Message.objects.update(deleted_at=timezone.now() - timedelta(days=30, minutes=1))
    assert not list_withheld(alice).exists()
    with pytest.raises(MessageNotFound):
        restore_withheld(alice, letter.pk)


def test_the_switch_gives_owners_their_own_deleted(
    letter: Message, bob: Membership, account: Account, make_mailbox: MakeMailbox
) -> None:
    shared = Post(make_mailbox("sales@acme.example", account_of=bob))
    shared.file(Mail("Shared"))
    in_shared = Message.objects.get(subject="Shared")
    delete_messages(bob, [in_shared.pk])
    assert not Thread.objects.visible_to(bob).in_folder("deleted").exists()
    with pytest.raises(NotAllowed):
        restore_messages(bob, [letter.pk])
    Account.objects.update(owners_see_deleted=True)
    bob.account.refresh_from_db()
    assert Thread.objects.visible_to(bob).in_folder("deleted").get() == letter.thread
    assert Message.objects.visible_to(bob).in_folder("deleted").get() == letter
    assert get_message_for(bob, letter.pk) == letter
    with pytest.raises(MessageNotFound):
        get_message_for(bob, in_shared.pk)
    assert restore_messages(bob, [letter.pk, in_shared.pk]) == 1
