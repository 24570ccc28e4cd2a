"""A whole account in one file: an archive of JSON lines and mbox files, packed in the background, kept for some days.

An administrator gets the mail that he may see. Who runs the instance gets all of it, by a command.
"""

from __future__ import annotations

import json
import logging
import re
import tempfile
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.errors import NotAllowed
from accounts.ids import row_number
from accounts.models import Account, Membership
from accounts.notices import notify
from accounts.tenancy import current_account_id, every_account, tenant
from letter_templates.models import TemplateFile
from mailboxes.connections import imap_session
from mailboxes.foreign_reading import note_reading
from mailboxes.models import Mailbox
from mailboxes.querysets import MailboxQuerySet
from mailkit.failpoints import failpoint
from privacy import orders
from privacy.account_tables import Asker, all_tables, lines_of
from privacy.errors import LeaseLost, NothingThere
from privacy.exporting import LETTERS_AT_ONCE, write_letters
from privacy.models import AccountExport
from privacy.starting import start
from privacy.whole_letters import Connect, LetterReader
from smart_addresses.models import ArrivedLetter
from threads.content_store import CHUNK_BYTES
from threads.errors import RawLetterGone
from threads.models import Message, QuarantinedLetter
from threads.raw_store import read_raw

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=7)
TICK_SECONDS = 20.0  # the lease is renewed as often
PACKED = "account.exported"  # the notice, with the number of the export
README = """Everything of the account "{name}" ({slug}) on {date:%Y-%m-%d %H:%M} UTC.

account.json     the account itself
records/*.jsonl  one table a file, one row a line (JSON, UTF-8); columns that end in _id name rows of other tables
mail/*.mbox      one mailbox a file (mboxrd), oldest letter first, without what lies in Deleted
unreadable/      letters that could not be read, by their number in records/unreadable_letters.jsonl
                 (mailbox-*) or records/arrived_letters.jsonl (arrived-*)
files/           the files of templates, by their number in records/template_files.jsonl

A letter whose files could not be fetched has a header X-CRM-Mail-Missing-File for each of them. Of personal mailboxes
there is what who asked may see. Passwords, tokens, drafts, and the texts of letters that wait to be sent are not in
here.
"""


@dataclass(frozen=True, slots=True)
class Packed:
    """What the archive holds."""

    letters: int
    missing: int  # files of letters


@transaction.atomic
def request_export(member: Membership) -> AccountExport:
    """Begin it in the background, or that of this member which is being packed. Raises NotAllowed."""
    if not member.is_admin:
        raise NotAllowed(_("Only administrators export the account."))
    waiting = AccountExport.objects.filter(member=member, state=AccountExport.State.WORKING).first()
    if waiting is not None:
        return waiting
    order = AccountExport.objects.create(member=member)
    record(member, "account.exported", target=member.account)
    note_reading(member, Mailbox.objects.visible_to(member))
    start("export_account", order.pk)
    return order


def list_exports(member: Membership) -> list[AccountExport]:
    """Those of this member, the newest first."""
    if not member.is_admin:
        raise NotAllowed(_("Only administrators export the account."))
    return list(AccountExport.objects.filter(member=member).order_by("-created_at", "-pk"))


def open_export(member: Membership, export_id: int | str) -> tuple[AccountExport, Iterator[bytes]]:
    """The archive, in pieces. Raises NothingThere, also for that of another member."""
    order = next((order for order in list_exports(member) if order.pk == row_number(export_id)), None)
    if order is None or order.state != AccountExport.State.DONE or not default_storage.exists(order.stored_name):
        raise NothingThere
    return order, _pieces(order.stored_name)


def _pieces(name: str) -> Iterator[bytes]:
    with default_storage.open(name) as file:
        yield from iter(partial(file.read, CHUNK_BYTES), b"")


def pack(order_id: int, *, connect: Connect = imap_session) -> None:
    """From the beginning to the end, if nobody else does. Needs the account's scope."""
    order = orders.claim(AccountExport, order_id)
    if order is None:
        return
    try:
        _pack(order, connect)
    except LeaseLost:
        logger.warning("export overtaken", extra={"account_export_id": order_id})


def _pack(order: AccountExport, connect: Connect) -> None:
    _delete_file(order)  # what a worker that died had stored
    expires_at = timezone.now() + KEPT_FOR
    member = order.member
    if member is None or not (member.is_admin and member.is_active) or order.crash_count >= orders.MOST_CRASHES:
        orders.finish(order, AccountExport.State.FAILED, expires_at=expires_at)
        return
    name = f"{current_account_id()}/exports/{uuid.uuid4().hex}.zip"
    orders.note(order, stored_name=name)  # before there is anything, so that it is found whatever happens
    with tempfile.TemporaryFile() as file:
        packed = write_account(
            file,
            member.account,
            Asker(Mailbox.objects.visible_to(member), member),
            connect=connect,
            tick=_renewing(order),
        )
        size = file.tell()
        file.seek(0)
        orders.note(order)
        default_storage.save(name, File(file))
    failpoint("X1")
    try:
        _finish(order, packed, size, expires_at)
    except LeaseLost:
        default_storage.delete(name)
        raise


@transaction.atomic
def _finish(order: AccountExport, packed: Packed, size: int, expires_at: datetime) -> None:
    orders.finish(order, size=size, letter_count=packed.letters, missing_count=packed.missing, expires_at=expires_at)
    if order.member:
        notify([order.member], PACKED, export=order.pk)


def _renewing(order: AccountExport) -> Callable[[], None]:
    last = time.monotonic()

    def tick() -> None:
        nonlocal last
        if time.monotonic() - last > TICK_SECONDS:
            orders.note(order)
            last = time.monotonic()

    return tick


def write_account(
    file: IO[bytes],
    account: Account,
    asker: Asker,
    *,
    connect: Connect = imap_session,
    tick: Callable[[], None] = lambda: None,
) -> Packed:
    """The archive, as the asker may have it. `tick` is called again and again while it grows."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive, LetterReader(connect) as reader:
        now = timezone.now()
        archive.writestr("README.txt", README.format(name=account.name, slug=account.slug, date=now))
        archive.writestr(
            "account.json", json.dumps(_facts_of(account), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
        )
        for table in all_tables():
            with archive.open(f"records/{table.name}.jsonl", "w", force_zip64=True) as out:
                for lines in lines_of(table, asker):
                    out.write(lines)
                    tick()
        _write_template_files(archive)
        _write_unreadable(archive, asker.mailboxes)
        letters = sum(_write_mailbox(archive, mailbox, reader, tick) for mailbox in asker.mailboxes.order_by("pk"))
        return Packed(letters, reader.missing_count)


def _facts_of(account: Account) -> dict[str, object]:
    """All of its settings."""
    return {field.name: getattr(account, field.name) for field in account._meta.concrete_fields}


def _write_template_files(archive: zipfile.ZipFile) -> None:
    for row in TemplateFile.objects.order_by("pk"):
        with default_storage.open(row.storage_name) as file:
            archive.writestr(f"files/{row.pk}-{_safe(row.filename)}", file.read())


def _write_unreadable(archive: zipfile.ZipFile, mailboxes: MailboxQuerySet) -> None:
    """As they came. One whose bytes are gone stands in its table alone."""
    set_aside = QuarantinedLetter.objects.filter(mailbox__in=mailboxes.values("pk")).exclude(raw_name="")
    arrived = ArrivedLetter.objects.filter(state=ArrivedLetter.State.UNREADABLE)
    kept: dict[str, QuerySet[Any]] = {"mailbox": set_aside, "arrived": arrived}
    for kind, rows in kept.items():
        for pk, raw_name in rows.order_by("pk").values_list("pk", "raw_name"):
            with suppress(RawLetterGone):
                archive.writestr(f"unreadable/{kind}-{pk}.eml", read_raw(raw_name))


def _write_mailbox(archive: zipfile.ZipFile, mailbox: Mailbox, reader: LetterReader, tick: Callable[[], None]) -> int:
    letters = Message.objects.filter(mailbox=mailbox).kept().in_order()
    ids = list(letters.values_list("pk", flat=True))
    with archive.open(f"mail/{mailbox.pk}-{_safe(mailbox.address)}.mbox", "w", force_zip64=True) as out:
        for first in range(0, len(ids), LETTERS_AT_ONCE):
            for piece in write_letters(reader, ids[first : first + LETTERS_AT_ONCE]):
                out.write(piece)
                tick()
    return len(ids)


def _safe(name: str) -> str:
    """As a file of any machine may be called."""
    return re.sub(r"[^\w.@+-]", "_", name)[-120:]


def delete_expired(now: datetime) -> None:
    """Of all accounts."""
    with every_account("expired exports"):
        due = list(AccountExport.objects.filter(expires_at__lte=now).values_list("account_id", "pk"))
    for account_id, order_id in due:
        with tenant(account_id):
            _delete(AccountExport.objects.get(pk=order_id))


def delete_all() -> None:
    """Somebody is erased: what is packed goes, what is being packed begins anew. Needs the account's scope."""
    for order in AccountExport.objects.exclude(state=AccountExport.State.WORKING):
        _delete(order)
    AccountExport.objects.filter(state=AccountExport.State.WORKING).update(lease_token=None, lease_until=None)


def _delete(order: AccountExport) -> None:
    _delete_file(order)
    order.delete()


def _delete_file(order: AccountExport) -> None:
    if order.stored_name:
        default_storage.delete(order.stored_name)
