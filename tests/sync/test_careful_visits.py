"""After visits that broke their worker letters are read one at a time; no letter is set aside for a mere cut."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from mailboxes import leases
from mailboxes.leases import CAREFUL_AFTER
from mailboxes.models import Mailbox
from mailkit.errors import ConnectionFailed
from sync.services import request_older
from tests.sync.conftest import Office
from threads.models import QuarantinedLetter

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
OLDER = 6


@pytest.fixture
def old_office(office: Office) -> Office:
    """Imported: one letter. Six older ones are wanted now, one of them above the floor of the import."""
    for number in range(OLDER - 1):
        office.deliver(number, received_at=LONG_AGO + timedelta(days=number))
    office.deliver(100, received_at=timezone.now())
    office.deliver(50, received_at=LONG_AGO - timedelta(days=1))
    office.visit()
    assert office.mailbox.import_older == OLDER
    request_older(office.mailbox)
    return office


def break_twice(office: Office) -> None:
    Mailbox.objects.update(crash_count=CAREFUL_AFTER, next_sync_at=timezone.now() + timedelta(minutes=10))
    office.mailbox.refresh_from_db()


@pytest.mark.rule("G13", "G14")
@pytest.mark.parametrize("method", ["fetch_headers", "fetch_messages"])
def test_a_cut_connection_sets_nothing_aside(settled_office: Office, method: str) -> None:
    settled_office.deliver(4)
    settled_office.deliver(5)
    break_twice(settled_office)
    settled_office.server.fail_next(method, ConnectionFailed("cut"))
    settled_office.visit()
    settled_office.visit()
    assert {"Order 4", "Order 5"} <= set(settled_office.subjects)
    assert not QuarantinedLetter.objects.exists()


@pytest.mark.rule("A04", "G13")
@pytest.mark.parametrize("after", [0, 2, 5])
def test_a_cut_connection_sets_no_older_letter_aside(old_office: Office, after: int) -> None:
    break_twice(old_office)
    old_office.server.fail_next("fetch_messages", ConnectionFailed("cut"), after=after)
    old_office.load_older()
    left = OLDER - after
    assert (old_office.mailbox.import_older, len(old_office.subjects)) == (left, OLDER + 1 - left)
    old_office.visit()
    assert old_office.mailbox.import_older == left
    break_twice(old_office)
    old_office.load_older()
    assert (old_office.mailbox.import_older, len(old_office.subjects)) == (0, OLDER + 1)
    assert not QuarantinedLetter.objects.exists()


@pytest.mark.rule("A04", "G13")
def test_older_letters_are_counted_once(old_office: Office) -> None:
    break_twice(old_office)
    before = old_office.mailbox.import_done
    old_office.load_older(seconds=-1)
    assert (old_office.mailbox.import_older, old_office.mailbox.import_done) == (OLDER - 1, before + 1)
    break_twice(old_office)
    old_office.load_older()
    assert (old_office.mailbox.import_older, old_office.mailbox.import_done) == (0, before + OLDER)


@pytest.mark.rule("A04", "G14")
def test_a_look_for_new_mail_forgives_no_breakdown_of_loading_older_mail(old_office: Office) -> None:
    """Else a letter that breaks its worker would do so for ever: a look comes between any two."""
    for _ in range(CAREFUL_AFTER):
        assert leases.claim(old_office.mailbox.pk, sets_next_time=False)
        old_office.break_down()
        old_office.visit()
    assert old_office.mailbox.crash_count == CAREFUL_AFTER
    Mailbox.objects.update(next_sync_at=timezone.now() + timedelta(minutes=10))
    old_office.load_older()
    assert old_office.mailbox.crash_count == 0
