"""UIDs that lose their meaning while a visit was cut short, or while older mail is loaded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from mailboxes.models import Mailbox
from mailkit.errors import ConnectionFailed
from tests.sync.conftest import USER, Office


def test_uids_given_a_second_time_after_a_visit_that_was_cut_short(
    settled_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest of the new letters were filed; then the server lost all of them, and gave their UIDs to others."""
    office = settled_office
    uids = [office.deliver(number) for number in range(4, 8)]
    monkeypatch.setattr("sync.reading.BATCH_LETTERS", 2)
    office.server.fail_next("fetch_messages", ConnectionFailed("cut"), after=2)
    office.visit()
    assert {"Order 4", "Order 7"} & set(office.subjects) == {"Order 7"}
    inbox = office.server.folders(USER)["INBOX"]
    for uid in uids:
        inbox.expunge(uid)
    inbox.uidnext = uids[0]
    office.visit()
    for number in range(20, 24):
        office.deliver(number)
    office.visit()
    assert {f"Order {number}" for number in range(20, 24)} <= set(office.subjects)


def test_older_mail_waits_for_a_look_at_uids_that_lost_their_meaning(office: Office) -> None:
    """At once: or it would be asked for again and again until the next look is due."""
    for number in range(3):
        office.deliver(number, received_at=datetime.now(UTC) - timedelta(days=90))
    office.deliver(5)
    office.visit()
    Mailbox.objects.update(load_older=True, history_due_at=timezone.now())
    office.server.renew_uidvalidity(USER, keep_letters=True)
    office.load_older()
    assert office.mailbox.next_sync_at is not None
    assert office.mailbox.next_sync_at <= timezone.now()
    office.visit()
    assert office.load_older() is False
    assert office.subjects == ["Order 0", "Order 1", "Order 2", "Order 5"]
