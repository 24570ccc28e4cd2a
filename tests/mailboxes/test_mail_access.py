"""The "Mail" tick and its narrowing: what a member uses follows at once (K21)."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.errors import NotAllowed
from accounts.members import RightsChanges
from accounts.models import AuditEvent, Membership, Notice
from mailboxes.disconnecting import disconnect
from mailboxes.errors import SettingRefused
from mailboxes.mail_access import change_user, get_mail_access, set_mail_access
from mailboxes.models import Mailbox, MailboxAccess
from tests.conftest import MakeMailbox
from web.notice_words import lines_of

pytestmark = pytest.mark.usefixtures("in_account")


@pytest.fixture
def boxes(alice: Membership, make_mailbox: MakeMailbox) -> list[Mailbox]:
    return [make_mailbox(f"{name}@acme.example", account_of=alice) for name in ("sales", "support")]


def seen_by(member: Membership) -> set[str]:
    return set(Mailbox.objects.visible_to(member).with_servers().values_list("address", flat=True))


@pytest.mark.rule("K21")
def test_the_tick_is_narrowed_widened_and_taken_away(alice: Membership, bob: Membership, boxes: list[Mailbox]) -> None:
    assert seen_by(bob) == {"sales@acme.example", "support@acme.example"}
    set_mail_access(alice, bob, mailboxes=[boxes[0].pk])
    assert seen_by(bob) == {"sales@acme.example"}
    set_mail_access(alice, bob, all=True)
    assert seen_by(bob) == {"sales@acme.example", "support@acme.example"}
    assert not MailboxAccess.objects.exists()
    set_mail_access(alice, bob, all=False)
    assert seen_by(bob) == set()


@pytest.mark.rule("K21")
def test_a_new_shared_mailbox_is_seen_with_the_tick_and_not_with_its_narrowing(
    alice: Membership, bob: Membership, boxes: list[Mailbox], make_mailbox: MakeMailbox
) -> None:
    set_mail_access(alice, bob, mailboxes=[boxes[0].pk])
    make_mailbox("new@acme.example", account_of=alice)
    assert "new@acme.example" not in seen_by(bob)
    set_mail_access(alice, bob, all=True)
    assert "new@acme.example" in seen_by(bob)


@pytest.mark.rule("K21")
def test_a_deactivated_member_sees_nothing(alice: Membership, bob: Membership, boxes: list[Mailbox]) -> None:
    change_user(alice, bob, RightsChanges(is_active=False))
    assert seen_by(bob) == set()


@pytest.mark.rule("G12")
def test_a_change_is_written_down_once(alice: Membership, bob: Membership, boxes: list[Mailbox]) -> None:
    for _again in range(2):
        set_mail_access(alice, bob, mailboxes=[box.pk for box in boxes])
    event = AuditEvent.objects.get(action="user.mail_access_changed")
    assert (event.actor_id, event.target_id) == (alice.pk, bob.pk)
    assert event.facts == {"all": False, "mailboxes": " ".join(str(box.pk) for box in boxes)}


def test_only_shared_mailboxes_of_the_account_can_be_chosen(
    alice: Membership, bob: Membership, charlie: Membership, make_mailbox: MakeMailbox
) -> None:
    private = make_mailbox("alice.private@acme.example", owner=alice)
    foreign = make_mailbox("sales@globex.example", account_of=charlie)
    for mailbox in (private, foreign):
        with pytest.raises(SettingRefused):
            set_mail_access(alice, bob, mailboxes=[mailbox.pk])
    assert get_mail_access(bob).all


def test_all_and_some_exclude_each_other(alice: Membership, bob: Membership, boxes: list[Mailbox]) -> None:
    with pytest.raises(SettingRefused):
        set_mail_access(alice, bob, all=True, mailboxes=[boxes[0].pk])


def test_administrators_only(bob: Membership) -> None:
    with pytest.raises(NotAllowed):
        set_mail_access(bob, bob, all=True)


@pytest.mark.rule("K21")
def test_what_another_administrator_gave_a_moment_ago_is_taken_away(alice: Membership, bob: Membership) -> None:
    set_mail_access(alice, bob, all=False)
    of_another = Membership.objects.get(pk=bob.pk)
    set_mail_access(alice, of_another, all=True)
    set_mail_access(alice, bob, all=False)  # `bob` was read before
    assert get_mail_access(Membership.objects.get(pk=bob.pk)).all is False


@pytest.mark.rule("K21", "K64")
def test_who_used_only_a_mailbox_that_is_deleted_is_told_and_shown_what_to_do(
    alice: Membership, bob: Membership, boxes: list[Mailbox], client: Client
) -> None:
    set_mail_access(alice, bob, mailboxes=[boxes[0].pk])
    disconnect(alice, boxes[0].pk, emails="delete", confirmation="sales@acme.example")
    [line] = lines_of(bob, Notice.objects.filter(membership=bob))
    assert line.title == "sales@acme.example was disconnected, and its mail is deleted here"
    client.force_login(bob.user)
    assert "You use no shared mailbox at the moment" in client.get("/mail/inbox/").content.decode()
