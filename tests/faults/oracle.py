"""Does the CRM have what the server has? The server is read by bare imaplib: nothing of what is tested takes part.

0 lost: every letter of both folders is in the ledger at its UID, as a message whose stored bytes are the server's.
0 doubled: as many messages as there are different letters, and no place that the server does not have.
"""

from __future__ import annotations

import hashlib
import imaplib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from mailboxes.models import Mailbox
from mailkit.letter_reader import read_letter
from mailkit.mime_headers import header_values
from tests.servers.dovecot import DovecotServer
from threads.models import Folder, FolderEntry, Message
from threads.raw_store import read_raw

_UID = re.compile(rb"UID (\d+)")


@dataclass(frozen=True)
class ServedLetter:
    raw: bytes = field(repr=False)
    is_seen: bool

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def message_id(self) -> str:
        return "".join(header_values(self.raw, "message-id")).strip(" <>")


def fetch_folder(client: imaplib.IMAP4, folder: str) -> dict[int, ServedLetter]:
    """Every letter of the folder by UID, as the server has it."""
    kind, _lines = client.select(f'"{folder}"', readonly=True)
    assert kind == "OK"
    _kind, answers = client.uid("FETCH", "1:*", "(UID FLAGS BODY.PEEK[])")
    letters: dict[int, ServedLetter] = {}
    for answer in answers:
        if isinstance(answer, tuple):
            head, raw = answer
            found = _UID.search(head)
            assert found
            letters[int(found[1])] = ServedLetter(raw, b"\\Seen" in head)
    return letters


def fetch_mailbox(server: DovecotServer, user: str) -> dict[str, dict[int, ServedLetter]]:
    """By role of the folder."""
    with server.connect(user) as client:
        return {role: fetch_folder(client, name) for role, name in (("inbox", "INBOX"), ("sent", "Sent"))}


def assert_agrees(mailbox: Mailbox, served: Mapping[str, Mapping[int, ServedLetter]]) -> None:
    """Nothing lost, nothing doubled. Every letter of the server must lie inside the window."""
    for role, letters in served.items():
        entries = _entries(mailbox, role)
        assert set(entries) == set(letters), f"{role}: the ledger names other letters than the server"
        for uid, letter in letters.items():
            _assert_is_stored(entries[uid], letter)
    different = {letter.digest: letter.message_id for letters in served.values() for letter in letters.values()}
    here = Message.objects.filter(mailbox=mailbox, on_server=True).values_list("message_id_header", flat=True)
    assert Counter(here) == Counter(different.values()), "as many messages as there are different letters"


def _entries(mailbox: Mailbox, role: str) -> dict[int, FolderEntry]:
    """What the ledger says is on the server."""
    entries = FolderEntry.objects.filter(folder__mailbox=mailbox, folder__role=role, is_on_server=True)
    generation = Folder.objects.get(mailbox=mailbox, role=role).generation
    found = list(entries.filter(generation=generation).select_related("message").prefetch_related("message__bodies"))
    assert len(found) == entries.count(), f"{role}: places of an older epoch are still filled"
    return {entry.uid: entry for entry in found}


def _assert_is_stored(entry: FolderEntry, letter: ServedLetter) -> None:
    assert entry.outcome == FolderEntry.Outcome.IMPORTED, f"uid {entry.uid} is {entry.outcome}"
    assert entry.is_seen == letter.is_seen
    assert entry.message is not None
    assert entry.message.message_id_header == letter.message_id
    assert entry.message.size == len(letter.raw)
    stored = read_raw(entry.message.body.raw_name)
    if entry.message.has_attachments:  # markers stand for their bytes
        assert stored == read_letter(letter.raw).raw
    else:
        assert hashlib.sha256(stored).hexdigest() == letter.digest
