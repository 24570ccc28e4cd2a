"""A letter at which the server breaks the connection, each time, holds up no other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from mailboxes.models import Mailbox
from mailkit.errors import ConnectionFailed, MailError, PermanentMailError, ProtocolViolated, ServerThrottled
from sync.services import request_older
from tests.sync.conftest import Office
from threads.models import QuarantinedLetter

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


def break_at(office: Office, uid: int, error: MailError) -> None:
    """Whoever asks for the letter of this UID is cut off."""

    def cut(method: str) -> None:
        if method == "fetch_messages" and str(uid) in office.server.calls[-1][1:]:
            raise error

    office.server.on_call = cut


@pytest.mark.rule("G13", "G14")
@pytest.mark.parametrize(
    "error",
    [
        ConnectionFailed("The connection was lost", step="folders"),
        ProtocolViolated("The server's answer is not IMAP", step="folders"),
        PermanentMailError("NO", step="folders", reply="NO [SERVERBUG] Internal error"),
    ],
)
def test_the_others_come_and_it_is_set_aside(settled_office: Office, error: MailError) -> None:
    office = settled_office
    office.deliver(4)
    break_at(office, office.deliver(5), error)
    office.deliver(6)
    for _visit in range(4):
        office.visit()
    assert {"Order 4", "Order 6"} <= set(office.subjects)
    letter = QuarantinedLetter.objects.get()
    assert (letter.entry.uid, letter.reason) == (5, QuarantinedLetter.Reason.UNREADABLE)
    assert (office.mailbox.state, office.mailbox.crash_count) == (Mailbox.State.SYNCED, 0)


@pytest.mark.rule("A04", "G14")
def test_older_mail_goes_on_beyond_it(office: Office) -> None:
    for number in range(5):
        office.deliver(number, received_at=LONG_AGO + timedelta(days=number))
    office.deliver(100, received_at=timezone.now())
    office.visit()
    request_older(office.mailbox)
    break_at(office, 3, ConnectionFailed("The connection was lost", step="folders"))
    for _round in range(4):  # a look for new mail comes between any two
        Mailbox.objects.update(next_sync_at=timezone.now() + timedelta(minutes=10))
        office.load_older()
        office.visit()
    assert len(office.subjects) == 5
    assert QuarantinedLetter.objects.get().entry.uid == 3
    assert office.mailbox.import_older == 0


@pytest.mark.rule("G13")
def test_a_server_that_asks_to_slow_down_breaks_at_no_letter(settled_office: Office) -> None:
    office = settled_office
    break_at(office, office.deliver(4), ServerThrottled("Slowly", step="folders"))
    for _visit in range(5):
        office.visit()
    assert not QuarantinedLetter.objects.exists()
    office.server.on_call = lambda method: None
    office.visit()
    assert "Order 4" in office.subjects
