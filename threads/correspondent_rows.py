"""The rows of people that filing keeps, see threads.correspondents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from accounts.tenancy import current_account_id
from threads.letters import PreparedLetter
from threads.models import Correspondent
from threads.search_text import sought_text
from threads.sql import Statement, insert

COLUMNS = "account_id, mailbox_id, email, email_key, name, sought, last_at"
# The name of the newest letter that has one. What brings nothing new, such as older mail, writes nothing.
UPDATE = """
ON CONFLICT (account_id, mailbox_id, email_key) DO UPDATE
SET last_at = greatest(threads_correspondent.last_at, excluded.last_at),
  name = coalesce(nullif(excluded.name, ''), threads_correspondent.name),
  sought = CASE WHEN excluded.name = '' THEN threads_correspondent.sought ELSE excluded.sought END,
  has_kept_letters = true
WHERE excluded.last_at > threads_correspondent.last_at OR (threads_correspondent.name = '' AND excluded.name <> '')
  OR NOT threads_correspondent.has_kept_letters
"""


def note_correspondents(mailbox_id: int, letters: Iterable[PreparedLetter]) -> Statement | None:
    """The statement that keeps all who take part in new letters; None when nobody does."""
    letters = sorted(letters, key=lambda letter: letter.incoming.received_at)
    people: dict[str, tuple[str, str, datetime]] = {}
    for letter in letters:
        for _role, _position, email, key, name in letter.cells.participants:
            known_name = people[key][1] if key in people else ""
            people[key] = (email, name or known_name, letter.incoming.received_at)
    people.pop("", None)
    box = (current_account_id(), mailbox_id)
    cells = ((*box, email, key, name, sought_text(key, name), at) for key, (email, name, at) in people.items())
    return insert(Correspondent, COLUMNS, cells, tail=UPDATE)
