"""The next letter of a mailbox: claimed by one statement; what is needed to make it is read for several at once."""

from __future__ import annotations

import time
import uuid
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.db.models import Q
from django.utils import timezone

from accounts import live
from accounts.prepared import NOT_WAITING_FOR_THE_DISK, prepared_rows
from mailboxes.models import STOPPED, Mailbox
from outbox.models import OutgoingMail
from outbox.states import LEASE

MOST_AHEAD = 50  # letters
FRESH_SECONDS = 1.0  # so old may be what was read ahead: as if the letter had gone out that moment

# OutgoingMailQuerySet.waiting and of_working_mailboxes, and the claim of states.claim. Nothing is left to what the
# planner thinks of a mailbox that it has not counted yet: one row of each list, and the queue by its index alone.
CLAIM = """
WITH next AS (
  SELECT id FROM outbox_outgoingmail
  WHERE mailbox_id = %(mailbox)s AND state IN ('queued', 'retry') AND due_at <= %(now)s
    AND (lease_until IS NULL OR lease_until <= %(now)s)
    AND EXISTS (SELECT FROM mailboxes_mailbox WHERE id = %(mailbox)s AND state <> ALL(%(stopped)s))
    AND NOT EXISTS (SELECT FROM outbox_outgoingmail WHERE mailbox_id = %(mailbox)s AND state = 'sending')
  ORDER BY priority, due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
UPDATE outbox_outgoingmail SET state = 'sending', attempts = attempts + 1, data_accepted_at = NULL,
  lease_token = %(token)s, lease_until = %(lease_until)s
WHERE id = (SELECT id FROM next) RETURNING id, attempts
"""
# A claim that a power cut takes back leaves a letter that waits; the note of 354 does wait for the disk, and finds no
# lease then.
BY_ITS_INDEX = {**NOT_WAITING_FOR_THE_DISK, "enable_sort": "off"}


class DueLetters:
    """The letters of one mailbox whose time has come, for one worker, in the order in which they go out (M20)."""

    def __init__(self, mailbox: Mailbox, lease_token: uuid.UUID) -> None:
        self._mailbox = mailbox
        self._token = lease_token
        self._ahead: dict[int, OutgoingMail] = {}
        self._size = 1  # letters to read at once: twice as many when they did not last for FRESH_SECONDS
        self._read_at = 0.0
        self._told_at = 0.0

    def claim_next(self) -> OutgoingMail | None:
        """Leased; None when there is none or another worker is sending from this mailbox."""
        now = timezone.now()
        claimed = self._claim(now)
        if claimed is None:
            return None
        pk, attempts = claimed
        mail = self._read(pk, attempts, now)
        mail.state, mail.data_accepted_at = OutgoingMail.State.SENDING, None
        mail.attempts, mail.lease_token, mail.lease_until = attempts, self._token, now + LEASE
        self._tell()
        return mail

    def _tell(self) -> None:
        """Browsers draw the outbox anew: not for every letter of a quick burst."""
        if time.monotonic() - self._told_at > FRESH_SECONDS:
            self._told_at = time.monotonic()
            live.publish("outbox", mailbox_id=self._mailbox.pk)

    def _claim(self, now: datetime) -> tuple[int, int] | None:
        """The letter, and which attempt it is."""
        facts: dict[str, Any] = {
            "mailbox": self._mailbox.pk,
            "stopped": list(STOPPED),
            "now": now,
            "token": self._token,
            "lease_until": now + LEASE,
        }
        try:
            rows = prepared_rows(CLAIM, facts, BY_ITS_INDEX)
        except IntegrityError:  # "outgoingmail_one_at_a_time": another worker was quicker by a moment
            return None
        return (rows[0][0], rows[0][1]) if rows else None

    def _read(self, pk: int, attempts: int, now: datetime) -> OutgoingMail:
        mail = self._ahead.pop(pk, None)
        is_fresh = time.monotonic() - self._read_at < FRESH_SECONDS
        if mail is None or not is_fresh or mail.attempts != attempts - 1:  # somebody else had tried it meanwhile
            self._size = min(self._size * 2, MOST_AHEAD) if is_fresh else max(self._size // 2, 1)
            self._read_at = time.monotonic()
            due = OutgoingMail.objects.waiting(now).filter(mailbox=self._mailbox).values("pk")[: self._size]
            read = OutgoingMail.objects.filter(Q(pk=pk) | Q(pk__in=due)).with_all_to_make_it()
            self._ahead = {row.pk: row for row in read}
            mail = self._ahead.pop(pk)
        return mail
