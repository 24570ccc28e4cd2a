"""The rows of letters that came, each letter once: it may come again, on two ways at once, or twice in one lot."""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from mailkit.failpoints import failpoint
from smart_addresses.models import ArrivedLetter
from smart_addresses.trace import body_digest_of
from threads.errors import RawLetterGone
from threads.raw_store import open_raw

SAME_LETTER_DAYS = 7  # a peer that did not hear our 250 tries for five
MOST_NAMED_ALIKE = 5  # letters whose texts are compared with one that comes
# Two statements in one message: the second sees what was committed while the first waited. Locks in the order of their
# keys, or two lots would wait for each other. Rows without a name of bytes are the same by all their bytes.
_LOCK_AND_LOOK = """
SELECT pg_advisory_xact_lock(key)
  FROM (SELECT DISTINCT hashtextextended(words, 0) AS key FROM unnest(%(turns)s) AS words ORDER BY 1) AS keys;
SELECT new.number, old.id, old.raw_name
  FROM unnest(%(addresses)s, %(digests)s, %(message_ids)s, %(senders)s)
       WITH ORDINALITY AS new(address, digest, message_id, mail_from, number)
 CROSS JOIN LATERAL (
  (SELECT id, NULL AS raw_name FROM smart_addresses_arrivedletter AS letter
    WHERE letter.account_id = %(account)s AND letter.address = new.address AND letter.digest = new.digest)
  UNION ALL
  (SELECT id, raw_name FROM smart_addresses_arrivedletter AS letter
    WHERE letter.account_id = %(account)s AND letter.address = new.address
      AND new.message_id <> '' AND letter.message_id_header = new.message_id
      AND letter.mail_from = new.mail_from AND letter.received_at >= %(since)s
    ORDER BY id LIMIT %(most)s)
) AS old
 ORDER BY new.number, old.raw_name IS NOT NULL, old.id
"""


@dataclass(frozen=True, slots=True)
class TracedRow:
    """Not inserted yet; `body_digest` says what the same text is."""

    row: ArrivedLetter
    body_digest: bytes

    @property
    def turn(self) -> str:
        """What only one transaction at a time looks for and inserts."""
        row = self.row
        return f"arrived {row.account_id} {row.address} {row.message_id_header or bytes(row.digest).hex()}"


def insert_once(rows: Sequence[TracedRow]) -> list[int]:
    """In their order the ids of the rows, or of those that stand for the same letters. In the account's scope."""
    ids: dict[int, int] = {}
    for numbers in _turns_of(rows):
        ids.update(zip(numbers, _insert_different([rows[number] for number in numbers]), strict=True))
    return [ids[number] for number in range(len(rows))]


def _turns_of(rows: Sequence[TracedRow]) -> list[list[int]]:
    """Who may be the same letter as one before waits until that is there."""
    seen: Counter[str] = Counter()
    turns: defaultdict[int, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        turns[seen[row.turn]].append(number)
        seen[row.turn] += 1
    return list(turns.values())


def _insert_different(rows: Sequence[TracedRow]) -> list[int]:
    with transaction.atomic():
        known = _same_letters(rows)
        ArrivedLetter.objects.bulk_create(one.row for number, one in enumerate(rows) if number not in known)
        failpoint("R4")
    failpoint("R5")
    return [known.get(number) or one.row.pk for number, one in enumerate(rows)]


def _same_letters(rows: Sequence[TracedRow]) -> dict[int, int]:
    """By their bytes; else by Message-ID and text from the same sender, for relays write more into a header than is
    known as trace. Who forges the other two, for none of them is a secret, pushes no other text out with them.
    """
    known: dict[int, int] = {}
    for number, letter_id, raw_name in _lock_and_look([one.row for one in rows], [one.turn for one in rows]):
        index = number - 1
        if index not in known and (raw_name is None or _has_text(raw_name, rows[index].body_digest)):
            known[index] = letter_id
    return known


def _lock_and_look(rows: Sequence[ArrivedLetter], turns: Sequence[str]) -> list[tuple[int, int, str | None]]:
    wanted: dict[str, object] = {
        "turns": turns,
        "addresses": [row.address for row in rows],
        "digests": [row.digest for row in rows],
        "message_ids": [row.message_id_header for row in rows],
        "senders": [row.mail_from for row in rows],
        "account": rows[0].account_id,
        "since": timezone.now() - timedelta(days=SAME_LETTER_DAYS),
        "most": MOST_NAMED_ALIKE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_AND_LOOK, wanted)  # type: ignore[arg-type]  # bytes in a list
        return cursor.fetchall()


def _has_text(raw_name: str, body_digest: bytes) -> bool:
    try:
        with open_raw(raw_name) as raw:
            return body_digest_of(raw) == body_digest
    except (RawLetterGone, OSError, EOFError, zlib.error):  # purged meanwhile, or damaged
        return False
