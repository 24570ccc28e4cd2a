"""Personal to shared and back: who may do it, and what follows at once."""

from __future__ import annotations

import pytest

from accounts.errors import NotAllowed
from accounts.models import AuditEvent, Membership, Notice
from accounts.notices import notify
from accounts.tenancy import tenant
from mailboxes.errors import MailboxNotFound, SettingRefused
from mailboxes.kinds import MADE_PERSONAL, MADE_SHARED, TAKEN_AWAY, change_kind
from mailboxes.models import Mailbox, MailboxAccess
from tests.conftest import MakeMailbox, make_user

pytestmark = [pytest.mark.usefixtures("in_account"), pytest.mark.rule("K25")]


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


@pytest.fixture
def bobs_own(bob: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("bob@acme.example", owner=bob)


def reads(member: Membership, mailbox: Mailbox) -> bool:
    return Mailbox.objects.visible_to(member).filter(pk=mailbox.pk).exists()


def kinds_told(member: Membership) -> list[str]:
    return list(Notice.objects.filter(membership=member).values_list("kind", flat=True))


def share_with_admins(mailbox: Mailbox) -> None:
    Mailbox.objects.filter(pk=mailbox.pk).update(shared_with_admins=True)


def test_to_shared_needs_the_consent_of_the_owner(alice: Membership, bob: Membership, bobs_own: Mailbox) -> None:
    with pytest.raises(MailboxNotFound):  # not shared with her: for her there is no such mailbox
        change_kind(alice, bobs_own.pk, "shared")
    share_with_admins(bobs_own)
    changed = change_kind(alice, bobs_own.pk, "shared")
    assert (changed.kind, changed.owner, changed.shared_with_admins) == ("shared", None, False)
    assert kinds_told(bob) == [MADE_SHARED]
    assert kinds_told(alice) == []


def test_an_owner_who_is_an_administrator_consents_by_doing_it(
    alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    own = make_mailbox("alice@acme.example", owner=alice)
    change_kind(alice, own.pk, "shared")
    assert reads(bob, own)


def test_users_change_the_kind_of_nothing(bob: Membership, bobs_own: Mailbox, sales: Mailbox) -> None:
    with pytest.raises(NotAllowed):
        change_kind(bob, bobs_own.pk, "shared")
    with pytest.raises(MailboxNotFound):
        change_kind(bob, sales.pk, "personal", bob)
    assert Mailbox.objects.get(pk=bobs_own.pk).kind == "personal"


def test_to_personal_names_an_active_owner(
    alice: Membership, bob: Membership, charlie: Membership, sales: Mailbox
) -> None:
    Membership.objects.filter(pk=bob.pk).update(is_active=False)
    bob.refresh_from_db()
    for wrong in (None, bob):
        with pytest.raises(SettingRefused) as refused:
            change_kind(alice, sales.pk, "personal", wrong)
        assert refused.value.field == "owner"
    with tenant(charlie.account_id), pytest.raises(MailboxNotFound):
        change_kind(charlie, sales.pk, "personal", charlie)


def test_access_follows_at_once_and_all_concerned_are_told(alice: Membership, bob: Membership, sales: Mailbox) -> None:
    carol = Membership.objects.create(user=make_user("carol@acme.example", "Carol"))
    MailboxAccess.objects.create(membership=carol, mailbox=sales)
    notify([alice], "mailbox.needs_login", mailbox=sales.pk)
    change_kind(alice, sales.pk, "personal", bob)
    assert [reads(member, sales) for member in (alice, bob, carol)] == [False, True, False]
    assert (kinds_told(bob), kinds_told(carol)) == ([MADE_PERSONAL], [TAKEN_AWAY])
    assert kinds_told(alice) == []  # what she was told of it is hers no more
    assert Notice.objects.get(membership=carol).facts["address"] == sales.address
    assert not MailboxAccess.objects.exists()  # a later return to shared gives nobody what he had once


def test_a_personal_mailbox_may_be_handed_over(alice: Membership, bob: Membership, bobs_own: Mailbox) -> None:
    share_with_admins(bobs_own)
    change_kind(alice, bobs_own.pk, "personal", alice)
    assert (reads(alice, bobs_own), reads(bob, bobs_own)) == (True, False)
    assert kinds_told(bob) == [TAKEN_AWAY]


def test_sending_through_it_ends_for_those_who_lost_it(
    alice: Membership, bob: Membership, sales: Mailbox, bobs_own: Mailbox, make_mailbox: MakeMailbox
) -> None:
    support = make_mailbox("support@acme.example", account_of=alice)
    through = Mailbox.objects.filter(pk__in=[support.pk, bobs_own.pk])
    through.update(outgoing_mailbox=sales)
    change_kind(alice, sales.pk, "personal", bob)
    assert dict(through.values_list("pk", "outgoing_mailbox")) == {support.pk: None, bobs_own.pk: sales.pk}


def test_the_audit_log_says_who_did_it_and_whose_it_was(alice: Membership, bob: Membership, sales: Mailbox) -> None:
    change_kind(alice, sales.pk, "personal", bob)
    change_kind(bob_as_admin(bob), sales.pk, "personal", bob)  # the same again
    event = AuditEvent.objects.get(action="mailbox.kind_changed")
    assert (event.actor, event.target_id) == (alice, sales.pk)
    assert event.facts == {"was": "shared", "kind": "personal", "former_owner": 0, "owner": bob.pk}


def bob_as_admin(bob: Membership) -> Membership:
    Membership.objects.filter(pk=bob.pk).update(role=Membership.Role.ADMIN)
    bob.refresh_from_db()
    return bob


@pytest.mark.rule("R01")
def test_the_limit_of_collecting_mailboxes_holds_here_too(alice: Membership, bobs_own: Mailbox, sales: Mailbox) -> None:
    alice.account.collecting_limit = 1
    alice.account.save()
    share_with_admins(bobs_own)
    with pytest.raises(SettingRefused) as refused:
        change_kind(alice, bobs_own.pk, "shared")
    assert refused.value.field == "kind"
