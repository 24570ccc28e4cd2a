"""What is asked of a stopped mailbox is done where its server is not needed, and refused with words where it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from mailboxes import leases
from mailboxes.disconnecting import disconnect, pause
from mailboxes.errors import WrongState
from mailboxes.health import note_failure
from mailboxes.models import Mailbox
from mailkit.errors import LoginRefused
from sync.left_out import request_fetch
from sync.quarantine import list_outdated, request_retry, retry_now
from tests.api.client import ApiClient, json_of, problem_of
from tests.sync.conftest import Office
from tests.sync.test_quarantine import cannot_read, set_aside
from threads.models import FolderEntry, Message, QuarantinedLetter

__all__ = ["cannot_read", "set_aside"]  # fixtures
SignIn = Callable[[Membership], Client]


def wait_for_sign_in(office: Office) -> None:
    for _ in range(2):
        note_failure(office.mailbox, LoginRefused("no"))


@pytest.fixture(params=["paused", "disconnected", "needs_login"])
def stopped(request: pytest.FixtureRequest, settled_office: Office, alice: Membership) -> Office:
    if request.param == "paused":
        pause(alice, settled_office.mailbox.pk)
    elif request.param == "disconnected":
        disconnect(alice, settled_office.mailbox.pk, emails="keep")
    else:
        wait_for_sign_in(settled_office)
    settled_office.mailbox.refresh_from_db()
    assert settled_office.mailbox.next_sync_at is None
    return settled_office


@pytest.mark.rule("G14", "K65")
def test_a_letter_whose_bytes_are_here_is_read_again(
    set_aside: QuarantinedLetter, stopped: Office, cannot_read: Callable[[], None]
) -> None:
    cannot_read()
    QuarantinedLetter.objects.update(reader_version=0)
    assert list_outdated(10) == [(set_aside.account_id, set_aside.pk)]
    request_retry(set_aside)
    stopped.server.calls.clear()
    assert retry_now(set_aside.pk, connect=stopped.connect)
    assert Message.objects.filter(subject="Bad luck").exists()
    assert stopped.commands() == []
    assert Mailbox.objects.get(pk=stopped.mailbox.pk).next_sync_at is None


@pytest.mark.rule("G14")
def test_it_waits_for_whoever_has_it_and_never_joins_one_that_is_removed(
    set_aside: QuarantinedLetter, stopped: Office
) -> None:
    assert leases.claim_stored(stopped.mailbox.pk)
    assert retry_now(set_aside.pk, connect=stopped.connect) is False
    Mailbox.objects.update(lease_token=None, lease_until=None, state=Mailbox.State.REMOVING)
    assert leases.claim_stored(stopped.mailbox.pk) is None
    assert list_outdated(10) == []


@pytest.mark.rule("G14", "K65")
def test_a_letter_that_is_only_on_the_server_is_refused_with_words(
    set_aside: QuarantinedLetter, stopped: Office, alice: Membership
) -> None:
    QuarantinedLetter.objects.update(raw_name="")
    set_aside.refresh_from_db()
    with pytest.raises(WrongState):
        request_retry(set_aside)
    FolderEntry.objects.filter(pk=set_aside.entry_id).update(outcome="unmatched")
    with pytest.raises(WrongState):
        request_fetch(set_aside.entry)
    path = f"mailboxes/{stopped.mailbox.pk}/quarantine/{set_aside.pk}/retry/"
    problem_of(ApiClient(alice).post(path), 409, "wrong-state")


@pytest.mark.rule("K11", "K65")
@pytest.mark.parametrize("change", [{"state": "paused"}, {"state": "disconnected"}, {"imap_host": ""}])
def test_new_mail_is_not_looked_for(
    settled_office: Office, alice: Membership, charlie: Membership, signed_in: SignIn, change: dict[str, str]
) -> None:
    pk = settled_office.mailbox.pk
    Mailbox.objects.filter(pk=pk).update(next_sync_at=None, **change)
    assert problem_of(ApiClient(alice).post(f"mailboxes/{pk}/sync/"), 409, "wrong-state")["detail"]
    problem_of(ApiClient(charlie).post(f"mailboxes/{pk}/sync/"), 404, "not-found")
    answer = signed_in(alice).post(reverse("mailbox_sync", args=[pk]))
    assert [message.level_tag for message in get_messages(answer.wsgi_request)] == ["error"]
    assert Mailbox.objects.get(pk=pk).next_sync_at is None


@pytest.mark.rule("K11")
def test_a_refused_sign_in_may_be_tried_once_more(settled_office: Office, alice: Membership) -> None:
    wait_for_sign_in(settled_office)
    answer = ApiClient(alice).post(f"mailboxes/{settled_office.mailbox.pk}/sync/")
    assert json_of(answer, 202)["state"] == "needs_login"
    assert Mailbox.objects.get(pk=settled_office.mailbox.pk).next_sync_at is not None
