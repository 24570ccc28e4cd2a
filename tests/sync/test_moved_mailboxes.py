"""The mailbox moves to another provider (A13), where older mail lies that was not at the first one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from mailboxes.models import Mailbox
from sync.services import request_older
from tests.sync.conftest import USER, Office

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.mark.rule("A13", "A04", "K10")
def test_older_mail_of_the_new_provider_is_loaded_where_older_mail_is_wanted(settled_office: Office) -> None:
    office = settled_office
    request_older(office.mailbox)
    Mailbox.objects.update(next_sync_at=timezone.now() + timedelta(minutes=10))
    office.load_older()
    assert office.mailbox.history_due_at is None
    kept = list(office.server.folders(USER)["INBOX"].letters.values())
    office.server.create_folder(USER, "INBOX")
    for number in (50, 51):
        office.deliver(number, received_at=LONG_AGO)
    for stored in kept:
        office.server.deliver(USER, stored.raw, received_at=stored.received_at)
    Mailbox.objects.update(imap_host="imap.other.example")
    office.visit()
    assert office.mailbox.import_older == 2
    assert office.mailbox.history_due_at is not None
    Mailbox.objects.update(next_sync_at=timezone.now() + timedelta(minutes=10))
    office.load_older()
    assert {"Order 50", "Order 51"} <= set(office.subjects)
    assert (office.mailbox.import_older, office.mailbox.history_due_at) == (0, None)


@pytest.mark.rule("A13", "K10", "G15")
def test_what_always_lay_at_the_new_provider_is_no_new_mail(settled_office: Office) -> None:
    office = settled_office
    assert office.mailbox.import_older == 0
    for number in range(50, 55):
        office.deliver(number, received_at=LONG_AGO)
    Mailbox.objects.update(imap_host="imap.other.example")
    rows = len(office.subjects)
    office.visit()
    assert len(office.subjects) == rows
    assert office.mailbox.import_older == 5
