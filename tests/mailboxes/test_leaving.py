"""When a user leaves: what was decided about each mailbox happens with the deactivation, all or nothing."""

from __future__ import annotations

import pytest

from accounts.errors import LastAdministrator, NotAllowed
from accounts.members import RightsChanges, change_rights
from accounts.models import Account, ApiToken, Membership
from accounts.tokens import create_token, find_token
from mailboxes.errors import SettingRefused
from mailboxes.leaving import Decision, Fate, deactivate, list_personal
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox

pytestmark = pytest.mark.usefixtures("in_account")
State = Mailbox.State


@pytest.fixture
def own(bob: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("bob@acme.example", owner=bob)


def decide(alice: Membership, bob: Membership, mailbox: Mailbox, decision: Decision) -> Mailbox:
    deactivate(alice, bob, {mailbox.pk: decision})
    mailbox.refresh_from_db()
    return mailbox


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        (Decision(Fate.PAUSE), State.PAUSED),
        (Decision(Fate.DISCONNECT), State.DISCONNECTED),
        (Decision(Fate.DELETE, confirmation="bob@acme.example"), State.REMOVING),
    ],
)
def test_each_fate(alice: Membership, bob: Membership, own: Mailbox, decision: Decision, state: str) -> None:
    assert decide(alice, bob, own, decision).state == state
    bob.refresh_from_db()
    assert not bob.is_active


def test_what_nobody_decided_about_is_paused(alice: Membership, bob: Membership, own: Mailbox) -> None:
    change_rights(alice, bob, RightsChanges(is_active=False))
    own.refresh_from_db()
    assert own.state == State.PAUSED
    assert own.next_sync_at is None


@pytest.mark.rule("K23", "K24")
def test_only_a_mailbox_that_was_shared_is_handed_over(alice: Membership, bob: Membership, own: Mailbox) -> None:
    with pytest.raises(SettingRefused, match="has not shared it"):
        decide(alice, bob, own, Decision(Fate.HAND_OVER, alice.pk))
    bob.refresh_from_db()
    assert bob.is_active
    Mailbox.objects.filter(pk=own.pk).update(shared_with_admins=True)
    given = decide(alice, bob, own, Decision(Fate.HAND_OVER, alice.pk))
    assert (given.owner_id, given.shared_with_admins, given.state) == (alice.pk, False, State.SYNCED)


def test_it_is_handed_over_to_somebody_who_stays(alice: Membership, bob: Membership, own: Mailbox) -> None:
    Mailbox.objects.filter(pk=own.pk).update(shared_with_admins=True)
    for owner_id in (bob.pk, 0, None):
        with pytest.raises(SettingRefused):
            decide(alice, bob, own, Decision(Fate.HAND_OVER, owner_id))


def test_mail_is_not_deleted_without_the_address_typed(alice: Membership, bob: Membership, own: Mailbox) -> None:
    with pytest.raises(SettingRefused):
        decide(alice, bob, own, Decision(Fate.DELETE, confirmation="yes"))
    own.refresh_from_db()
    assert own.state == State.SYNCED


def test_nothing_happens_when_it_is_the_last_administrator(
    alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    mailbox = make_mailbox("alice@acme.example", owner=alice)
    with pytest.raises(LastAdministrator):
        deactivate(alice, alice, {mailbox.pk: Decision(Fate.DISCONNECT)})
    mailbox.refresh_from_db()
    assert mailbox.state == State.SYNCED


def test_a_mailbox_of_somebody_else_is_not_touched(
    alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    other = make_mailbox("alice@acme.example", owner=alice)
    with pytest.raises(SettingRefused):
        deactivate(alice, bob, {other.pk: Decision(Fate.DISCONNECT)})
    assert list_personal(alice) == [other]


def test_only_administrators_deactivate(alice: Membership, bob: Membership) -> None:
    with pytest.raises(NotAllowed):
        deactivate(bob, alice, {})


@pytest.mark.rule("G11")
def test_tokens_end_for_good(alice: Membership, bob: Membership, account: Account) -> None:
    _token, secret = create_token(bob, name="Script", scopes=["mail:read"])
    deactivate(alice, bob, {})
    change_rights(alice, bob, RightsChanges(is_active=True))
    assert find_token(secret) is None
    assert not ApiToken.objects.filter(membership=bob).exists()
