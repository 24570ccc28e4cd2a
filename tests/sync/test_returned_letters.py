"""What the server did not list and lists again, under the same UID, is on the server again."""

from __future__ import annotations

import pytest

from tests.sync.conftest import USER, Office
from threads.ledger_report import ledger_of
from threads.models import FolderEntry, Message


@pytest.mark.rule("G13", "K61")
@pytest.mark.parametrize("words", [set(), {"QRESYNC"}, {"QRESYNC", "CONDSTORE"}])
def test_a_letter_that_was_away_is_on_the_server_again(settled_office: Office, words: set[str]) -> None:
    office = settled_office
    office.server.capabilities -= words
    inbox = office.server.folders(USER)["INBOX"]
    away = inbox.letters[2]
    inbox.expunge(2)
    office.visit()
    assert Message.objects.get(subject="Order 2").on_server is False
    inbox.letters[2] = away
    del inbox.vanished[2]
    inbox.modseq += 1
    office.visit()
    assert Message.objects.get(subject="Order 2").on_server is True
    assert all(folder.agrees for folder in ledger_of(office.mailbox))
    assert Message.objects.count() == 4


@pytest.mark.rule("G13")
def test_a_letter_that_was_gone_before_it_was_fetched_is_fetched_when_it_is_back(settled_office: Office) -> None:
    office = settled_office
    inbox = office.server.folders(USER)["INBOX"]
    uid = office.deliver(4)
    away = inbox.letters[uid]

    def go(method: str) -> None:
        if method == "fetch_headers" and uid in inbox.letters:
            inbox.expunge(uid)

    office.server.on_call = go
    office.visit()
    assert office.outcomes()[uid] == FolderEntry.Outcome.GONE
    office.server.on_call = lambda method: None
    office.visit()
    inbox.letters[uid] = away
    del inbox.vanished[uid]
    inbox.modseq += 1
    office.visit()
    assert "Order 4" in office.subjects
    assert all(folder.agrees for folder in ledger_of(office.mailbox))
