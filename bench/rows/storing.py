"""The store layer alone: letters that are read already become rows, against the fastest way into the same tables."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import tenant
from bench import product
from bench.copying import CopyTables, dump_batch
from bench.measuring import Samples, interleave
from bench.stage import Stage
from mailboxes.leases import Lease, claim
from mailboxes.models import Mailbox
from mailkit.letter_reader import read_letter
from threads.filing import FolderCursor, Progress, file_batch
from threads.letters import IncomingLetter, PreparedLetter
from threads.models import Folder
from threads.preparing import prepare_for

BATCH = 200
NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
_names = (f"store{number}" for number in count())


@dataclass(frozen=True, slots=True)
class Place:
    """An empty mailbox that we hold the lease of."""

    mailbox: Mailbox
    folder: Folder
    lease: Lease

    @classmethod
    def new(cls, stage: Stage) -> Place:
        mailbox = product.new_mailbox(product.new_account(next(_names)), stage.server, "nobody")
        with tenant(mailbox.account_id):
            folder = Folder.objects.create(mailbox=mailbox, role=Folder.Role.INBOX, name="INBOX", uidvalidity=1)
            lease = claim(mailbox.pk)
        if lease is None:
            raise RuntimeError("the mailbox is not free")
        return cls(mailbox, folder, lease)

    def prepare(self, letters: Sequence[IncomingLetter]) -> list[PreparedLetter]:
        """What sync does while the batch before is being filed: not part of what is measured."""
        return [*map(prepare_for(self.folder), letters)]

    def file(self, letters: Sequence[PreparedLetter]) -> Sequence[int]:
        last = letters[-1].incoming.uid
        cursor = FolderCursor(
            generation=1,
            uidvalidity=1,
            uidnext=last + 1,
            highestmodseq=None,
            message_count=last,
            last_uid=last,
            history_uid=1,
            older_count=0,
        )
        filed = file_batch(self.folder, letters, lease=self.lease, cursor=cursor, progress=Progress.IMPORT)
        return filed.new_message_ids


def store(stage: Stage) -> Iterator[Samples]:
    batches = read_batches(stage, stage.number(2000))
    product.clear_everything()
    place = Place.new(stage)
    with tenant(place.mailbox.account_id):
        prepared = [place.prepare(letters) for letters in batches]
        rows = [dump_batch(letters, place.file(letters)) for letters in prepared]
    tables = CopyTables()
    ours, theirs = interleave(
        lambda: _ours(stage, batches), lambda: tables.store(rows), repetitions=stage.repetitions(7)
    )
    tables.drop()
    yield Samples("store", ours, theirs, {"letters": sum(map(len, batches))})
    yield Samples("store_statements", [_statements(stage, batches[0])], (), {"letters": len(batches[0])})


def read_batches(stage: Stage, letters: int) -> list[list[IncomingLetter]]:
    """Read; their raw bytes count as stored: writing files is not what is measured here."""
    incoming = [
        IncomingLetter(
            uid=number,
            received_at=datetime.fromtimestamp(letter.received_at, UTC),
            flags=frozenset(["\\Seen"]),
            letter=read_letter(letter.raw),
            raw_name=f"bench/{number}",
        )
        for number, letter in enumerate(stage.letters(letters), start=1)
    ]
    return [incoming[start : start + BATCH] for start in range(0, len(incoming), BATCH)]


def _ours(stage: Stage, batches: Sequence[Sequence[IncomingLetter]]) -> float:
    product.clear_everything()
    place = Place.new(stage)
    with tenant(place.mailbox.account_id):
        prepared = [place.prepare(letters) for letters in batches]
        began = time.perf_counter()
        for letters in prepared:
            place.file(letters)
        return time.perf_counter() - began


def _statements(stage: Stage, letters: Sequence[IncomingLetter]) -> int:
    """Of a batch into a mailbox that holds the same conversations already: no branch is left out."""
    product.clear_everything()
    place = Place.new(stage)
    half = len(letters) // 2
    with tenant(place.mailbox.account_id):
        place.file(place.prepare(letters[:half]))
        prepared = place.prepare(letters[half:])
        with CaptureQueriesContext(connection) as captured:
            place.file(prepared)
    return sum(not query["sql"].startswith(NOT_COUNTED) for query in captured)
