"""Letters that were not taken, for people to see why nothing came."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.utils import timezone

from accounts.live import publish
from accounts.tenancy import current_account_id
from mailboxes.system import system_mailbox
from mailkit.smtp_letters import NO_SUCH_ADDRESS, Envelope, Fault
from smart_addresses.models import RefusedLetter

MOST_A_DAY = 1000  # kinds of an account; who sends under more names than that wants to fill the table
MOST_MISTYPED_A_DAY = 100  # of them; who tries names hides nothing else
# One row a day for all of a kind; a stranger who writes a thousand times adds to its count.
_COUNT = """
INSERT INTO smart_addresses_refusedletter (account_id, recipient, mail_from, peer, code, count, day, last_at)
VALUES (%s, %s, %s, %s, %s, 1, %s, %s)
ON CONFLICT (account_id, day, recipient, mail_from, code)
DO UPDATE SET count = smart_addresses_refusedletter.count + 1, last_at = excluded.last_at, peer = excluded.peer
RETURNING count
"""


def note_refusal(fault: Fault, envelope: Envelope, *, recipient: str) -> None:
    """In the account's scope. Open pages hear of the first of its kind: a flood does not make them load again."""
    now = timezone.now()
    if not _has_room(fault, now.date()):
        return
    row = (current_account_id(), recipient, envelope.mail_from, envelope.peer or None, fault.code, now.date(), now)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, row)
        (count,) = cursor.fetchone()
    if count == 1:
        publish("arrived", mailbox_id=system_mailbox().pk)


def _has_room(fault: Fault, day: date) -> bool:
    today = RefusedLetter.objects.filter(day=day)
    if fault == NO_SUCH_ADDRESS:
        return today.filter(code=fault.code).count() < MOST_MISTYPED_A_DAY
    return today.exclude(code=NO_SUCH_ADDRESS.code).count() < MOST_A_DAY
