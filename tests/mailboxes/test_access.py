"""Who sees, and who manages, which mailbox."""

from __future__ import annotations

import pytest

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from mailboxes.access import get_mailbox_for, get_managed_mailbox_for
from mailboxes.errors import MailboxNotFound
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox


def seen(member: Membership) -> set[str]:
    return set(Mailbox.objects.visible_to(member).with_servers().values_list("address", flat=True))


def managed(member: Membership) -> set[str]:
    return set(Mailbox.objects.managed_by(member).values_list("address", flat=True))


@pytest.fixture
def boxes(in_account: Account, alice: Membership, bob: Membership, make_mailbox: MakeMailbox) -> None:
    make_mailbox("shared@acme.example", account_of=alice)
    make_mailbox("alice@acme.example", owner=alice)
    make_mailbox("bob@acme.example", owner=bob)


@pytest.mark.rule("K21", "K22", "K23")
def test_shared_ones_need_the_tick_and_personal_ones_their_owner(
    boxes: None, alice: Membership, bob: Membership
) -> None:
    assert seen(alice) == {"shared@acme.example", "alice@acme.example"}
    assert seen(bob) == {"shared@acme.example", "bob@acme.example"}
    bob.mail_access_all = False
    assert seen(bob) == {"bob@acme.example"}
    bob.is_active = False
    assert seen(bob) == managed(bob) == set()


@pytest.mark.rule("K24", "G11")
def test_a_personal_mailbox_can_be_shared_with_the_administrators(
    boxes: None, alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    Mailbox.objects.filter(address="bob@acme.example").update(shared_with_admins=True)
    assert "bob@acme.example" in seen(alice)
    Mailbox.objects.filter(address="alice@acme.example").update(shared_with_admins=True)
    assert "alice@acme.example" not in seen(bob)


@pytest.mark.rule("G11")
def test_settings_of_a_shared_mailbox_are_the_administrators(boxes: None, alice: Membership, bob: Membership) -> None:
    assert managed(bob) == {"bob@acme.example"}
    assert managed(alice) == {"shared@acme.example", "alice@acme.example"}


@pytest.mark.rule("K23", "G10")
def test_missing_and_not_yours_are_the_same(
    boxes: None, alice: Membership, bob: Membership, charlie: Membership
) -> None:
    theirs = Mailbox.objects.get(address="alice@acme.example").pk
    for get in (get_mailbox_for, get_managed_mailbox_for):
        for mailbox_id in (theirs, 0, 10**30, "x", "٣"):
            with pytest.raises(MailboxNotFound):
                get(bob, mailbox_id)
    with tenant(charlie.account_id), pytest.raises(MailboxNotFound):
        get_mailbox_for(charlie, theirs)
