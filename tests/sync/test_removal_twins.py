""" "Delete uploaded messages" (R10): a letter whose bytes are another's stays, and the numbers agree afterwards."""

from __future__ import annotations

import pytest

from mailboxes.models import Mailbox
from tests.sync.conftest import USER, Office
from tests.sync.letters import letter
from threads.ledger_report import ledger_of
from threads.models import MessageBody
from threads.raw_store import read_raw


@pytest.fixture
def removing_office(settled_office: Office) -> Office:
    Mailbox.objects.update(delete_after_upload=True, keep_attachments=True)
    return settled_office


def on_server(office: Office) -> dict[int, bytes]:
    return {uid: stored.raw for uid, stored in office.server.folders(USER)["INBOX"].letters.items()}


@pytest.mark.rule("R10")
@pytest.mark.parametrize("change", ["Text OF letter", "Quite another text of letter"])
def test_another_letter_that_says_the_same_of_itself_is_not_removed_unstored(
    removing_office: Office, change: str
) -> None:
    raw = letter(9)
    removing_office.server.deliver(USER, raw)
    removing_office.visit()
    twin = raw.replace(b"Text of letter", change.encode())
    uid = removing_office.server.deliver(USER, twin)
    removing_office.visit()
    removing_office.visit()
    stored = {read_raw(body.raw_name) for body in MessageBody.objects.all()}
    assert twin in stored or on_server(removing_office).get(uid) == twin


@pytest.mark.rule("R10")
def test_the_same_bytes_twice_are_removed_both(removing_office: Office) -> None:
    uids = {removing_office.deliver(9), removing_office.deliver(9)}
    removing_office.visit()
    assert uids.isdisjoint(on_server(removing_office))


@pytest.mark.rule("R10", "G13")
def test_the_ledger_agrees_when_letters_were_removed(removing_office: Office) -> None:
    removing_office.deliver(9)
    removing_office.visit()
    assert removing_office.mailbox.state == Mailbox.State.SYNCED
    assert all(folder.agrees for folder in ledger_of(removing_office.mailbox))


@pytest.mark.rule("R10")
def test_nothing_is_removed_once_it_is_switched_off(removing_office: Office) -> None:
    uid = removing_office.deliver(9)

    def switch_off(method: str) -> None:
        if method == "fetch_messages":
            Mailbox.objects.update(delete_after_upload=False)

    removing_office.server.on_call = switch_off
    removing_office.visit()
    assert uid in on_server(removing_office)
