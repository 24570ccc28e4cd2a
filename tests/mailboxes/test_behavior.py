"""How a mailbox behaves: what may be changed, by whom, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.errors import NotAllowed
from accounts.models import AuditEvent, Membership
from accounts.tenancy import tenant
from mailboxes.behavior import MailboxSettings, change_settings
from mailboxes.errors import MailboxNotFound, SettingRefused
from mailboxes.models import Mailbox
from mailboxes.signals import older_wanted
from tests.conftest import MakeMailbox

pytestmark = pytest.mark.usefixtures("in_account")


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


@pytest.fixture
def bobs_own(bob: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("bob@acme.example", owner=bob)


@pytest.fixture
def heard() -> Iterator[list[int]]:
    """The mailboxes whose older mail was asked for."""
    found: list[int] = []

    def hear(mailbox_id: int, **_kwargs: object) -> None:
        found.append(mailbox_id)

    older_wanted.connect(hear)
    yield found
    older_wanted.disconnect(hear)


@pytest.mark.rule("R10")
def test_deleting_switches_copies_on_and_locks_them(alice: Membership, sales: Mailbox) -> None:
    changed = change_settings(alice, sales.pk, MailboxSettings(delete_after_upload=True))
    assert (changed.delete_after_upload, changed.keep_attachments) == (True, True)
    with pytest.raises(SettingRefused) as refused:
        change_settings(alice, sales.pk, MailboxSettings(keep_attachments=False))
    assert refused.value.field == "keep_attachments"
    changed = change_settings(alice, sales.pk, MailboxSettings(delete_after_upload=False))
    assert (changed.delete_after_upload, changed.keep_attachments) == (False, True)
    assert not change_settings(alice, sales.pk, MailboxSettings(keep_attachments=False)).keep_attachments


@pytest.mark.rule("R10")
def test_both_at_once_contradict_each_other(alice: Membership, sales: Mailbox) -> None:
    with pytest.raises(SettingRefused):
        change_settings(alice, sales.pk, MailboxSettings(delete_after_upload=True, keep_attachments=False))
    sales.refresh_from_db()
    assert not sales.delete_after_upload


@pytest.mark.rule("R10", "G11")
def test_only_administrators_decide_on_deleting_even_for_ones_own(bob: Membership, bobs_own: Mailbox) -> None:
    with pytest.raises(NotAllowed):
        change_settings(bob, bobs_own.pk, MailboxSettings(delete_after_upload=True))
    Mailbox.objects.filter(pk=bobs_own.pk).update(delete_after_upload=True, keep_attachments=True)
    with pytest.raises(NotAllowed):
        change_settings(bob, bobs_own.pk, MailboxSettings(delete_after_upload=False))
    as_it_is = MailboxSettings(delete_after_upload=True, signature="Bob")  # a form sends what it shows
    assert change_settings(bob, bobs_own.pk, as_it_is).signature == "Bob"


@pytest.mark.rule("K11", "R04")
@pytest.mark.parametrize(("minutes", "is_right"), [(4, False), (5, True), (30, True), (31, False)])
def test_the_interval_is_5_to_30_minutes(alice: Membership, sales: Mailbox, minutes: int, is_right: bool) -> None:
    changes = MailboxSettings(interval_minutes=minutes)
    if is_right:
        assert change_settings(alice, sales.pk, changes).interval_minutes == minutes
        return
    with pytest.raises(SettingRefused) as refused:
        change_settings(alice, sales.pk, changes)
    assert refused.value.field == "interval_minutes"


@pytest.mark.rule("K13")
def test_the_folder_of_sent_letters_is_one_that_qualifies(alice: Membership, sales: Mailbox) -> None:
    Mailbox.objects.filter(pk=sales.pk).update(sent_choices=["Sent", "Sent Items"])
    assert change_settings(alice, sales.pk, MailboxSettings(sent_folder="Sent Items")).sent_folder == "Sent Items"
    with pytest.raises(SettingRefused) as refused:
        change_settings(alice, sales.pk, MailboxSettings(sent_folder="Trash"))
    assert refused.value.field == "sent_folder"
    assert change_settings(alice, sales.pk, MailboxSettings(sent_folder="")).sent_folder == ""


@pytest.mark.rule("A04", "K10")
def test_older_mail_is_due_once_it_is_switched_on(
    alice: Membership,
    sales: Mailbox,
    heard: list[int],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def switch(is_on: bool) -> Mailbox:
        with django_capture_on_commit_callbacks(execute=True):
            return change_settings(alice, sales.pk, MailboxSettings(load_older=is_on))

    assert switch(True).history_due_at is None  # the first import comes first, and sets the time when it ends
    assert switch(False).history_due_at is None
    Mailbox.objects.filter(pk=sales.pk).update(imported_at="2026-11-20T09:00Z")
    assert heard == []
    assert switch(True).history_due_at is not None
    assert switch(True).history_due_at is not None
    assert heard == [sales.pk]
    assert switch(False).history_due_at is None


def test_the_audit_log_names_what_changed(alice: Membership, sales: Mailbox) -> None:
    switches: dict[str, Any] = {"push": False, "collector": True, "store_internal": False}
    change_settings(alice, sales.pk, MailboxSettings(**switches, filters=(("domain", "spam.example"),)))
    assert AuditEvent.objects.get(action="mailbox.settings_changed").facts == {
        "fields": "collector filters push store_internal"
    }
    change_settings(alice, sales.pk, MailboxSettings(**switches, filters=(("domain", "SPAM.example"),)))
    assert AuditEvent.objects.filter(action="mailbox.settings_changed").count() == 1


@pytest.mark.rule("G10", "G11")
def test_others_change_nothing(bob: Membership, charlie: Membership, sales: Mailbox) -> None:
    for stranger in (bob, charlie):
        with tenant(stranger.account_id), pytest.raises(MailboxNotFound):
            change_settings(stranger, sales.pk, MailboxSettings(signature="x"))
