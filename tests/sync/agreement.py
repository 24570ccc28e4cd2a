"""Does the CRM have what the server in memory has? For tests that do not know what happened before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from mailboxes.models import Mailbox
from mailkit.mime_reader import parse_message
from tests.row_versions import row_versions
from tests.servers.fake_imap import FakeFolder
from tests.sync.conftest import USER, Office
from threads.models import Folder, FolderEntry, Message
from threads.raw_store import read_raw

RECENT = timedelta(days=29)  # a letter that the first import brings


def assert_agreement(office: Office, *, ever: set[int], has_everything: bool = False) -> set[int]:
    """After a visit that went well. `ever`: ids of messages that were here before; returned with those of now.

    `has_everything`: older mail was loaded too; else old letters may be left out, but have to be counted.
    """
    office.mailbox.refresh_from_db()
    assert (office.mailbox.state, office.mailbox.failure_count) == (Mailbox.State.SYNCED, 0)
    left_out = sum(_left_out(office, folder, served) for folder, served in _folders(office))
    assert office.mailbox.import_older == left_out
    assert not (has_everything and left_out)
    _assert_messages(office)
    here = set(Message.objects.values_list("pk", flat=True))
    assert ever <= here, "what was here once stays (K61)"
    before = row_versions()
    office.visit()
    assert row_versions() == before, "a second visit writes nothing"
    return here


def _folders(office: Office) -> Iterator[tuple[Folder, FakeFolder]]:
    for folder in Folder.objects.filter(mailbox=office.mailbox):
        yield folder, office.server.folders(USER)[folder.name]


def _left_out(office: Office, folder: Folder, served: FakeFolder) -> int:
    """Every letter is in the ledger, or is an old one that is counted as such: their number."""
    entries = FolderEntry.objects.filter(folder__mailbox=office.mailbox, folder=folder, is_on_server=True)
    ledger = {entry.uid: entry for entry in entries.select_related("message")}
    assert entries.exclude(generation=folder.generation).count() == 0, "places of an older epoch"
    assert set(ledger) <= set(served.letters), "places that the server does not have"
    older = 0
    for uid, letter in served.letters.items():
        entry = ledger.get(uid)
        if entry is None or entry.outcome == FolderEntry.Outcome.OLDER:
            assert letter.received_at < datetime.now(UTC) - RECENT, f"uid {uid} of {folder.name} is lost"
            assert entry or uid < folder.history_uid, f"uid {uid} of {folder.name} will never be looked at"
            older += 1
        else:
            assert entry.outcome == FolderEntry.Outcome.IMPORTED
            assert entry.message is not None
            assert bytes(entry.message.identity) == parse_message(letter.raw).identity
            assert read_raw(entry.message.body.raw_name) == letter.raw
            # Without CONDSTORE a mark alone changes nothing that STATUS tells.
            assert entry.is_seen == ("\\Seen" in letter.flags) or "CONDSTORE" not in office.server.capabilities
    return older


def _assert_messages(office: Office) -> None:
    """One row a letter, on the server or not as it is there; what was deleted here stays deleted (K60)."""
    rows = list(Message.objects.filter(mailbox=office.mailbox).values_list("pk", "subject", "on_server"))
    assert all(count == 1 for count in Counter(subject for _pk, subject, _on in rows).values()), "doubled"
    entries = FolderEntry.objects.filter(folder__mailbox=office.mailbox, is_on_server=True, message__isnull=False)
    places = set(entries.values_list("message_id", flat=True))
    assert {pk for pk, _subject, is_on_server in rows if is_on_server} == places
