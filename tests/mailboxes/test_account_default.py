"""The mailbox that sends where no other is named: one of an account, shared, chosen by administrators."""

from __future__ import annotations

import pytest

from accounts.errors import NotAllowed
from accounts.models import Membership
from mailboxes.behavior import MailboxSettings, change_settings
from mailboxes.errors import SettingRefused
from mailboxes.kinds import change_kind
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox

pytestmark = pytest.mark.usefixtures("in_account")
DEFAULT = MailboxSettings(is_account_default=True)


@pytest.mark.rule("M41")
def test_a_new_default_takes_the_place_of_the_old_one(alice: Membership, make_mailbox: MakeMailbox) -> None:
    first, second = (make_mailbox(f"{name}@acme.example", account_of=alice) for name in ("a", "b"))
    for mailbox in (first, second):
        change_settings(alice, mailbox.pk, DEFAULT)
        assert list(Mailbox.objects.filter(is_account_default=True)) == [mailbox]
    change_settings(alice, second.pk, MailboxSettings(is_account_default=False))
    assert not Mailbox.objects.filter(is_account_default=True).exists()


@pytest.mark.rule("M41")
def test_only_shared_ones_and_only_by_administrators(
    alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    own = make_mailbox("bob@acme.example", owner=bob)
    with pytest.raises(NotAllowed):
        change_settings(bob, own.pk, DEFAULT)
    hers = make_mailbox("alice@acme.example", owner=alice)
    with pytest.raises(SettingRefused):
        change_settings(alice, hers.pk, DEFAULT)


@pytest.mark.rule("M41", "K25")
def test_one_that_becomes_personal_is_the_default_no_more(alice: Membership, make_mailbox: MakeMailbox) -> None:
    shared = make_mailbox("sales@acme.example", account_of=alice)
    change_settings(alice, shared.pk, DEFAULT)
    assert not change_kind(alice, shared.pk, "personal", alice).is_account_default
