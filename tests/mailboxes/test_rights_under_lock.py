"""Whoever waits for a mailbox that somebody else is changing acts by the rights of afterwards."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from accounts.members import RightsChanges, change_rights
from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.behavior import MailboxSettings, change_settings
from mailboxes.disconnecting import disconnect, pause, resume
from mailboxes.errors import MailboxNotFound
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox
from tests.meanwhile import done_meanwhile

pytestmark = pytest.mark.django_db(transaction=True)  # locks are seen from another connection only

Act = Callable[[Membership, int], object]
ACTS: dict[str, Act] = {
    "change": lambda member, pk: change_settings(member, pk, MailboxSettings(display_name="Mine")),
    "pause": pause,
    "resume": resume,
    "disconnect": lambda member, pk: disconnect(member, pk, emails="keep"),
}


@pytest.mark.rule("G11", "K25")
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_the_right_is_asked_again_once_the_row_is_held(
    alice: Membership, bob: Membership, make_mailbox: MakeMailbox, act: Act
) -> None:
    mailbox = make_mailbox("sales@acme.example", account_of=alice)
    its_row = Mailbox.objects.filter(pk=mailbox.pk)
    give_away = partial(its_row.update, kind="personal", owner=bob)
    with done_meanwhile(alice.account_id, give_away), tenant(alice.account_id), pytest.raises(MailboxNotFound):
        act(alice, mailbox.pk)
    with tenant(alice.account_id):
        now = Mailbox.objects.get(pk=mailbox.pk)
    assert (now.kind, now.state, now.display_name) == ("personal", Mailbox.State.SYNCED, "")


@pytest.mark.rule("G11")
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_who_is_deactivated_meanwhile_changes_nothing_any_more(
    alice: Membership, bob: Membership, make_mailbox: MakeMailbox, act: Act
) -> None:
    """Else a request that was on its way would start a mailbox again that nobody manages."""
    mailbox = make_mailbox("bob@acme.example", owner=bob)

    def shut_out() -> None:
        change_rights(alice, Membership.objects.get(pk=bob.pk), RightsChanges(is_active=False))

    with done_meanwhile(alice.account_id, shut_out), tenant(alice.account_id), pytest.raises(MailboxNotFound):
        act(bob, mailbox.pk)
    with tenant(alice.account_id):
        now = Mailbox.objects.get(pk=mailbox.pk)
    assert (now.state, now.display_name) == (Mailbox.State.PAUSED, "")
