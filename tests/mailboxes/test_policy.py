"""Who may see, send from and manage which mailbox."""

from __future__ import annotations

import pytest

from accounts.models import Account, Membership
from mailboxes import policy
from mailboxes.models import Mailbox, MailboxAccess
from tests.conftest import MakeMailbox, make_user

pytestmark = pytest.mark.usefixtures("in_account")
Boxes = dict[str, Mailbox]


@pytest.fixture
def nina(in_account: Account) -> Membership:
    """Her tick is narrowed; to what, the tests say."""
    return Membership.objects.create(user=make_user("nina@acme.example", "Nina Novak"))


@pytest.fixture
def boxes(alice: Membership, bob: Membership, make_mailbox: MakeMailbox) -> Boxes:
    made = {
        "sales": make_mailbox("sales@acme.example", account_of=alice),
        "support": make_mailbox("support@acme.example", account_of=alice),
        "bob": make_mailbox("bob@acme.example", owner=bob),
        "open": make_mailbox("bob2@acme.example", owner=bob),
    }
    Mailbox.objects.filter(pk=made["open"].pk).update(shared_with_admins=True)
    made["open"].refresh_from_db()
    return made


def names(rows: object, boxes: Boxes) -> set[str]:
    found = set(rows.values_list("pk", flat=True))  # type: ignore[attr-defined]
    return {name for name, mailbox in boxes.items() if mailbox.pk in found}


def seen(member: Membership, boxes: Boxes) -> set[str]:
    return names(Mailbox.objects.visible_to(member), boxes)


@pytest.mark.rule("K21")
def test_a_narrowed_tick_gives_the_chosen_shared_mailboxes_only(nina: Membership, boxes: Boxes) -> None:
    assert seen(nina, boxes) == set()
    MailboxAccess.objects.create(membership=nina, mailbox=boxes["support"])
    assert seen(nina, boxes) == names(Mailbox.objects.sendable_by(nina), boxes) == {"support"}
    assert names(Mailbox.objects.managed_by(nina), boxes) == set()


@pytest.mark.rule("K21")
def test_the_whole_tick_gives_new_ones_too(
    bob: Membership, alice: Membership, boxes: Boxes, make_mailbox: MakeMailbox
) -> None:
    boxes["new"] = make_mailbox("new@acme.example", account_of=alice)
    assert seen(bob, boxes) == {"sales", "support", "new", "bob", "open"}


@pytest.mark.rule("K23")
def test_a_row_left_over_from_a_shared_time_opens_no_personal_mailbox(nina: Membership, boxes: Boxes) -> None:
    MailboxAccess.objects.create(membership=nina, mailbox=boxes["bob"])
    assert seen(nina, boxes) == set()


@pytest.mark.rule("K21", "K23", "K24")
def test_readers_are_those_who_see(alice: Membership, bob: Membership, nina: Membership, boxes: Boxes) -> None:
    """Both directions of one question."""
    gone = Membership.objects.create(
        user=make_user("gone@acme.example", "Gone"), role=Membership.Role.ADMIN, is_active=False, mail_access_all=True
    )
    MailboxAccess.objects.create(membership=nina, mailbox=boxes["support"])
    everybody = [alice, bob, nina, gone]
    for name, mailbox in boxes.items():
        readers = list(policy.readers_of(mailbox))
        assert len(readers) == len(set(readers))
        assert set(readers) == {member for member in everybody if name in seen(member, boxes)}, name


@pytest.mark.rule("K64", "K65")
def test_a_disconnected_mailbox_is_read_only_and_one_that_is_being_deleted_is_gone(
    bob: Membership, boxes: Boxes
) -> None:
    Mailbox.objects.filter(pk=boxes["sales"].pk).update(state="disconnected")
    assert "sales" in seen(bob, boxes)
    assert "sales" not in names(Mailbox.objects.sendable_by(bob), boxes)
    Mailbox.objects.filter(pk=boxes["sales"].pk).update(state="removing")
    assert "sales" not in seen(bob, boxes)


@pytest.mark.rule("G11", "K21")
def test_a_deactivated_member_may_nothing(bob: Membership, boxes: Boxes) -> None:
    bob.is_active = False
    for rows in (Mailbox.objects.visible_to, Mailbox.objects.sendable_by, Mailbox.objects.managed_by):
        assert not rows(bob).exists()
