"""Pausing, resuming and disconnecting a mailbox: who may, and what becomes of its visits and its sign-in."""

from __future__ import annotations

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import AuditEvent, Membership, Notice
from accounts.tenancy import tenant
from mailboxes.access import get_managed_mailbox_for
from mailboxes.disconnecting import DISCONNECTED, MAIL_DELETED, disconnect, pause, resume
from mailboxes.errors import LeaseLost, MailboxNotFound, SettingRefused, WrongState
from mailboxes.leases import claim, claim_due, release
from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import store_secret
from mailkit.types import Secret
from tests.conftest import MakeMailbox
from web.notice_words import lines_of

pytestmark = pytest.mark.usefixtures("in_account")
State = Mailbox.State


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    """Shared, imported, and due."""
    mailbox = make_mailbox("sales@acme.example", account_of=alice)
    Mailbox.objects.filter(pk=mailbox.pk).update(imported_at=timezone.now(), next_sync_at=timezone.now())
    for field in (Credential.Field.IMAP_PASSWORD, Credential.Field.SMTP_PASSWORD):
        store_secret(mailbox, field, Secret("hunter2"))
    return mailbox


@pytest.fixture
def bobs_own(bob: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("bob@acme.example", owner=bob)


@pytest.mark.rule("K65")
def test_a_paused_mailbox_is_visited_by_nobody_until_it_is_resumed(alice: Membership, sales: Mailbox) -> None:
    assert pause(alice, sales.pk).state == State.PAUSED
    assert (claim(sales.pk), claim_due(10)) == (None, [])
    resumed = resume(alice, sales.pk)
    assert (resumed.state, resumed.failure_count) == (State.SYNCING, 0)
    assert [lease.mailbox_id for lease in claim_due(10)] == [sales.pk]
    assert Credential.objects.filter(mailbox=sales).count() == 2


@pytest.mark.rule("K65")
def test_a_visit_that_goes_on_loses_the_mailbox(alice: Membership, sales: Mailbox) -> None:
    lease = claim(sales.pk)
    assert lease
    pause(alice, sales.pk)
    with pytest.raises(LeaseLost):
        release(lease)
    sales.refresh_from_db()
    assert (sales.state, sales.next_sync_at) == (State.PAUSED, None)


@pytest.mark.rule("K65")
def test_an_import_that_was_paused_goes_on(alice: Membership, sales: Mailbox) -> None:
    Mailbox.objects.filter(pk=sales.pk).update(imported_at=None, state=State.IMPORTING)
    pause(alice, sales.pk)
    assert resume(alice, sales.pk).state == State.IMPORTING


@pytest.mark.rule("K65")
def test_resuming_tells_that_it_can_be_synced(
    alice: Membership, sales: Mailbox, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    pause(alice, sales.pk)
    with django_capture_on_commit_callbacks() as callbacks:
        resume(alice, sales.pk)
    assert callbacks


@pytest.mark.rule("K65")
def test_keeping_the_mail_deletes_the_sign_in_only(alice: Membership, sales: Mailbox) -> None:
    disconnected = disconnect(alice, sales.pk, emails="keep")
    assert (disconnected.state, disconnected.next_sync_at) == (State.DISCONNECTED, None)
    assert not Credential.objects.filter(mailbox=sales).exists()
    assert Mailbox.objects.visible_to(alice).filter(pk=sales.pk).exists()
    with pytest.raises(WrongState, match="Reconnect"):
        resume(alice, sales.pk)
    with pytest.raises(WrongState):
        pause(alice, sales.pk)


@pytest.mark.rule("K64")
@pytest.mark.parametrize("typed", ["", "sales", "sales@acme.example.org"])
def test_deleting_wants_the_address_typed(alice: Membership, sales: Mailbox, typed: str) -> None:
    with pytest.raises(SettingRefused) as refused:
        disconnect(alice, sales.pk, emails="delete", confirmation=typed)
    assert refused.value.field == "confirm"
    sales.refresh_from_db()
    assert sales.state == State.SYNCED


@pytest.mark.rule("K64")
def test_nobody_sees_or_changes_a_mailbox_that_is_being_deleted(alice: Membership, sales: Mailbox) -> None:
    disconnect(alice, sales.pk, emails="delete", confirmation=" Sales@ACME.example ")
    assert not Mailbox.objects.visible_to(alice).with_servers().exists()
    assert not Credential.objects.filter(mailbox=sales).exists()
    for change in (pause, resume, get_managed_mailbox_for):
        with pytest.raises(MailboxNotFound):
            change(alice, sales.pk)


@pytest.mark.rule("G11")
def test_shared_is_stopped_by_administrators_personal_by_its_owner(
    alice: Membership, bob: Membership, charlie: Membership, sales: Mailbox, bobs_own: Mailbox
) -> None:
    for member, mailbox in ((bob, sales), (alice, bobs_own)):
        with pytest.raises(MailboxNotFound):
            pause(member, mailbox.pk)
        with pytest.raises(MailboxNotFound):
            disconnect(member, mailbox.pk, emails="delete", confirmation=mailbox.address)
    with tenant(charlie.account_id), pytest.raises(MailboxNotFound):
        pause(charlie, sales.pk)
    assert pause(bob, bobs_own.pk).state == State.PAUSED


@pytest.mark.rule("G12")
def test_each_step_is_in_the_audit_log_once(alice: Membership, sales: Mailbox) -> None:
    for _twice in range(2):
        pause(alice, sales.pk)
    for _twice in range(2):
        resume(alice, sales.pk)
    for _twice in range(2):
        disconnect(alice, sales.pk, emails="keep")
    with pytest.raises(SettingRefused):
        disconnect(alice, sales.pk, emails="burn")
    events = AuditEvent.objects.filter(target_id=sales.pk).order_by("pk").values_list("action", "facts")
    assert list(events) == [
        ("mailbox.paused", {}),
        ("mailbox.resumed", {}),
        ("mailbox.disconnected", {"emails": "keep"}),
    ]


@pytest.mark.rule("K64")
@pytest.mark.parametrize(("emails", "kind"), [("keep", DISCONNECTED), ("delete", MAIL_DELETED)])
def test_the_owner_is_told_when_an_administrator_did_it(
    emails: str, kind: str, alice: Membership, bob: Membership, bobs_own: Mailbox
) -> None:
    Mailbox.objects.filter(pk=bobs_own.pk).update(shared_with_admins=True)
    disconnect(alice, bobs_own.pk, emails=emails, confirmation=bobs_own.address)
    notice = Notice.objects.get()
    assert (notice.membership_id, notice.kind) == (bob.pk, kind)
    [line] = lines_of(bob, [notice])
    assert line.title.startswith("bob@acme.example was disconnected")


def test_the_owner_who_did_it_is_told_nothing(bob: Membership, bobs_own: Mailbox) -> None:
    disconnect(bob, bobs_own.pk, emails="keep")
    assert not Notice.objects.exists()
