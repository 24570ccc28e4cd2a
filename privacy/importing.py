"""Mail brought into a mailbox from a file, .eml or mbox (G16): once, however often it is brought, and silently (G15).

The file lies in the mailbox's folder of the storage until all of it is read. Batch by batch, letters and how far it is
are one transaction, so a worker that dies costs nothing, and the next one goes on at the same place.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import DatabaseError, DataError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import live
from accounts.audit import record
from accounts.models import Membership
from mailboxes.models import Mailbox
from mailkit.failpoints import failpoint
from mailkit.mbox import MboxLetter, begins_letters, read_letters
from privacy import orders
from privacy.errors import FileRefused, LeaseLost
from privacy.models import MailImport
from privacy.reading import BadLetter, Reader
from privacy.starting import start
from sync.batches import is_about_letters
from threads.content_store import folder_of
from threads.filing import file_without_place
from threads.letters import PreparedLetter

logger = logging.getLogger(__name__)

WORK_SECONDS = 60.0  # then it is another order's turn
BATCH_LETTERS = 100
BATCH_BYTES = 4 * 1024 * 1024
MOST_FAILURES = 100  # told one by one; the others are counted


def request_import(member: Membership | None, mailbox: Mailbox, file: File[bytes], filename: str) -> MailImport:
    """Begin it in the background. For callers who have asked whether `member` manages the mailbox; None: by command,
    where no size is too large. Raises FileRefused."""
    _check(file, settings.ATTACHMENTS_MAX_BYTES if member else None)
    name = default_storage.save(f"{folder_of(mailbox.pk)}/imports/{uuid.uuid4().hex}", file)
    with transaction.atomic():
        order = MailImport.objects.create(
            member=member, mailbox=mailbox, filename=filename[:200], stored_name=name, size=file.size
        )
        record(member, "mailbox.mail_imported", target=mailbox)
        start("import_mail", order.pk)
    return order


def _check(file: File[bytes], most_bytes: int | None) -> None:
    if most_bytes is not None and (file.size or 0) > most_bytes:
        words = _("The file is larger than %(limit)s MB. Split it, or ask who runs this server to import it.")
        raise FileRefused("file", words % {"limit": most_bytes // 1024**2})
    beginning = file.read(4096)
    file.seek(0)
    if not begins_letters(beginning):
        raise FileRefused("file", _("There are no letters in this file. Choose an .eml or an mbox file."))


def import_some(order_id: int, *, seconds: float = WORK_SECONDS) -> bool:
    """Go on with it for a while. False when nothing is left to do here. Needs the account's scope."""
    order = orders.claim(MailImport, order_id)
    if order is None:
        return False
    try:
        if order.crash_count >= orders.MOST_CRASHES or order.mailbox.state == Mailbox.State.REMOVING:
            _end(order, MailImport.State.FAILED)
            return False
        return _work(order, time.monotonic() + seconds)
    except (LeaseLost, Mailbox.DoesNotExist):
        return False


def _work(order: MailImport, deadline: float) -> bool:
    reader = Reader(order.mailbox)
    with default_storage.open(order.stored_name) as file:
        for batch in _batches(file, order.done_bytes):
            _file(order, reader, batch)
            failpoint("I2")
            if time.monotonic() > deadline:
                orders.give_back(order)
                return True
    _end(order, MailImport.State.DONE)
    return False


def _end(order: MailImport, state: MailImport.State) -> None:
    """The file goes first: a row that names one that is gone is ended anew."""
    default_storage.delete(order.stored_name)
    orders.finish(order, state, stored_name="")
    live.publish("import", mailbox_id=order.mailbox_id)
    logger.info("mail import ended", extra={"mail_import_id": order.pk, "state": state})


def _batches(file: IO[bytes], start_at: int) -> Iterator[list[MboxLetter]]:
    batch: list[MboxLetter] = []
    size = 0
    for letter in read_letters(file, start=start_at, most_bytes=settings.ATTACHMENTS_MAX_BYTES):
        batch.append(letter)
        size += len(letter.raw)
        if len(batch) >= BATCH_LETTERS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@dataclass
class _Outcome:
    """What became of the letters of a batch."""

    new: int = 0
    known: int = 0
    skipped: int = 0
    failures: list[dict[str, Any]] = field(default_factory=list)


def _file(order: MailImport, reader: Reader, batch: Sequence[MboxLetter]) -> None:
    outcome = _Outcome()
    ready = list(_read(reader, batch, order.letter_count, outcome, timezone.now()))
    fresh = reader.store_fresh(ready)
    outcome.known += len(ready) - len(fresh)
    failpoint("I1")
    try:
        _commit(order, fresh, outcome, batch[-1].end)
    except (DataError, OperationalError) as error:
        if not fresh or not is_about_letters(error):
            raise
        _file_one_by_one(order, fresh, outcome, batch[-1].end)


def _read(
    reader: Reader, batch: Sequence[MboxLetter], number: int, outcome: _Outcome, now: datetime
) -> Iterator[tuple[PreparedLetter, bytes]]:
    """Those that can be filed, with their bytes. The number of a letter in the file goes with it as its UID."""
    for letter in batch:
        number += 1
        try:
            prepared = reader.read(letter, number, now)
        except BadLetter as error:
            outcome.failures.append({"number": number, "reason": error.reason})
            continue
        if prepared is None:
            outcome.skipped += 1
        else:
            yield prepared, letter.raw


@transaction.atomic
def _commit(order: MailImport, letters: Sequence[PreparedLetter], outcome: _Outcome, end: int) -> None:
    places = file_without_place(order.mailbox, letters, is_silent=True)
    stored = [place[0] for place in places if place is not None]
    outcome_new = len(set(stored))
    orders.note(
        order,
        done_bytes=end,
        new_count=order.new_count + outcome.new + outcome_new,
        known_count=order.known_count + outcome.known + len(stored) - outcome_new,
        skipped_count=order.skipped_count + outcome.skipped + len(places) - len(stored),
        failed_count=order.failed_count + len(outcome.failures),
        failures=[*order.failures, *outcome.failures][:MOST_FAILURES],
    )
    live.publish("import", mailbox_id=order.mailbox_id)


def _file_one_by_one(order: MailImport, letters: Sequence[PreparedLetter], outcome: _Outcome, end: int) -> None:
    """The database refuses one of them: the others are filed, and the place is noted with the last."""
    for letter in letters:
        try:
            places = file_without_place(order.mailbox, [letter], is_silent=True)
        except DatabaseError as error:
            if not is_about_letters(error):
                raise
            logger.warning("imported letter refused", extra={"mail_import_id": order.pk})
            outcome.failures.append({"number": letter.uid, "reason": "unstorable"})
            continue
        outcome.new += places != [None]
        outcome.skipped += places == [None]
    _commit(order, [], outcome, end)


def list_imports(mailbox: Mailbox) -> Sequence[MailImport]:
    """The newest ones."""
    rows = MailImport.objects.filter(mailbox=mailbox).select_related("member__user")
    return list(rows.order_by("-created_at", "-pk")[:20])
