"""A visit that fails loses nothing, doubles nothing, and says what is wrong."""

from __future__ import annotations

import pytest

from mailboxes.models import Mailbox
from mailkit.errors import ConnectionFailed, FolderGone, LoginRefused, ServerThrottled
from tests.sync.conftest import Office
from threads.models import Message

METHODS = ["open", "folder_statuses", "examine", "list_uids", "fetch_headers", "fetch_messages", "fetch_changes"]


@pytest.mark.parametrize("method", METHODS)
def test_wherever_the_connection_breaks_the_next_visit_completes_it(settled_office: Office, method: str) -> None:
    settled_office.deliver(4)
    settled_office.deliver(101, "Sent")
    settled_office.server.fail_next(method, ConnectionFailed("cut"))
    settled_office.visit()
    assert settled_office.mailbox.failure_count == 1
    assert settled_office.mailbox.lease_token is None
    settled_office.visit()
    assert settled_office.subjects == [f"Order {number}" for number in (1, 100, 101, 2, 3, 4)]
    assert (settled_office.mailbox.failure_count, settled_office.mailbox.state) == (0, Mailbox.State.SYNCED)


def test_letters_are_filed_as_far_as_they_came(office: Office) -> None:
    for number in range(1, 206):
        office.deliver(number)
    office.server.fail_next("fetch_messages", ConnectionFailed("cut"), after=202)
    office.visit()
    assert Message.objects.count() == 200
    assert "Order 205" in office.subjects
    office.visit()
    assert Message.objects.count() == 205


@pytest.mark.rule("M05")
def test_a_password_refused_twice_stops_the_visits(settled_office: Office) -> None:
    for _ in range(2):
        settled_office.server.fail_next("open", LoginRefused("no", reply="[AUTHENTICATIONFAILED] no"))
        settled_office.visit()
    assert settled_office.mailbox.state == Mailbox.State.NEEDS_LOGIN
    assert settled_office.mailbox.next_sync_at is None
    assert settled_office.mailbox.error_code == "login_refused"


def test_a_provider_that_asks_to_slow_down_is_obeyed(settled_office: Office) -> None:
    settled_office.server.fail_next("open", ServerThrottled("slow down", retry_after=1000))
    settled_office.visit()
    assert settled_office.mailbox.state == Mailbox.State.SYNCED
    assert settled_office.mailbox.next_sync_at is not None


def test_an_inbox_that_is_gone_is_an_error_that_people_see(settled_office: Office) -> None:
    settled_office.server.delete_folder("sales@acme.example", "INBOX")
    settled_office.visit()
    assert settled_office.mailbox.state == Mailbox.State.ERROR
    assert settled_office.mailbox.error_code == "folder_gone"


@pytest.mark.rule("K13")
def test_a_sent_folder_that_is_gone_leaves_the_inbox_alone(settled_office: Office) -> None:
    settled_office.server.delete_folder("sales@acme.example", "Sent")
    settled_office.deliver(4)
    settled_office.visit()
    assert settled_office.mailbox.state == Mailbox.State.SYNCED
    assert "Order 4" in settled_office.subjects


def test_a_failure_in_the_import_is_taken_back_when_it_goes_on(office: Office) -> None:
    office.deliver(1)
    for error in (FolderGone("no"), ConnectionFailed("cut")):
        office.server.fail_next("examine", error)
        office.visit()
    assert office.mailbox.imported_at is None
    office.visit()
    assert (office.mailbox.state, office.mailbox.error_code) == (Mailbox.State.SYNCED, "")
