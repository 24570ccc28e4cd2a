"""Templates into a file and back: what letter_templates.exchange reads and writes, with files and rights."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from tempfile import SpooledTemporaryFile
from typing import IO, Literal

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.mailer import may_use_mailer
from accounts.models import Membership
from letter_templates.errors import PartRefused, ValueRefused
from letter_templates.exchange import Archive, ArchivedTemplate, write_archive
from letter_templates.models import Template
from letter_templates.requests import MAX_NAME_CHARS, FileValues
from letter_templates.services import create_template, save_template
from mailboxes.models import Mailbox
from mailkit.addresses import email_key
from outbox.errors import LetterRefused
from outbox.template_files import GivenFile, values_of_uploads
from outbox.uploads import safe_filename, store_upload

Clash = Literal["rename", "replace", "skip"]
CLASHES: tuple[Clash, ...] = ("rename", "replace", "skip")
IN_MEMORY_BYTES = 4 * 1024 * 1024


@dataclass(slots=True)
class ImportReport:
    """Names of templates; `refused` with the reason."""

    created: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def export_templates(
    member: Membership, template_ids: Sequence[int] | None, trigger_numbers: Mapping[int, int]
) -> IO[bytes]:
    """Those of these that the member sees, or all of them, as a file to read from its beginning. Their triggers stand
    in it by number: ids say nothing in another account.
    """
    rows = Template.objects.visible_to(member).prefetch_related("files").order_by("name", "id")
    if template_ids is not None:
        rows = rows.filter(pk__in=template_ids)
    templates = list(rows)
    out = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115  (the response closes it)
    write_archive(out, templates, Mailbox.objects.sendable_by(member), trigger_numbers)
    out.seek(0)
    record(member, "template.exported", count=len(templates))
    return out


def import_templates(member: Membership, file: IO[bytes], clash: Clash, trigger_ids: Mapping[int, int]) -> ImportReport:
    """One after the other: what is wrong with one does not keep the others out. They belong to the member.

    `clash` says what becomes of one whose name is taken; `trigger_ids` are by number, and triggers that are not here
    are left out. Raises ArchiveRefused.
    """
    archive = Archive(file)
    report = ImportReport()
    known = trigger_ids if may_use_mailer(member) else {}
    for found in archive.templates():
        fields = replace(found.fields, triggers=found.fields.triggers.translated(known))
        _import_one(member, archive, replace(found, fields=fields), clash, report)
    record(member, "template.imported", count=len(report.created) + len(report.replaced))
    return report


def _import_one(
    member: Membership, archive: Archive, found: ArchivedTemplate, clash: Clash, report: ImportReport
) -> None:
    name = found.fields.name
    taken = Template.objects.visible_to(member).filter(name=name).first()
    if taken and clash == "skip":
        report.skipped.append(name)
        return
    own = Template.objects.editable_by(member).filter(name=name).order_by("id").first() if clash == "replace" else None
    fields = replace(found.fields, from_mailbox_id=_mailbox_of(member, found.from_address))
    try:
        fields = replace(fields, files=tuple(_store_files(member, archive, found)))
        if own:
            save_template(member, own.pk, fields)
            report.replaced.append(name)
        else:
            fields = replace(fields, name=_free_name(member, name)) if taken else fields
            report.created.append(create_template(member, fields).name)
    except (ValueRefused, PartRefused, LetterRefused) as error:
        report.refused.append((name, error.message))


def _mailbox_of(member: Membership, address: str) -> int | None:
    """The mailbox of this address here, if the member may send from it."""
    sendable = Mailbox.objects.sendable_by(member)
    return sendable.filter(address_key=email_key(address)).values_list("pk", flat=True).first() if address else None


def _store_files(member: Membership, archive: Archive, found: ArchivedTemplate) -> Iterable[FileValues]:
    given = []
    left = settings.TEMPLATE_FILES_MAX_BYTES
    for file in found.files:
        raw = archive.bytes_of(file.path, left)
        left -= len(raw)
        upload = store_upload(member, SimpleUploadedFile(safe_filename(file.filename), raw, file.content_type))
        given.append(GivenFile(upload.pk, file.content_id))
    return values_of_uploads(member, given)


def _free_name(member: Membership, name: str) -> str:
    """ "Offer" that is taken becomes "Offer (2)"."""
    start = name[: MAX_NAME_CHARS - 10]
    taken = set(Template.objects.visible_to(member).filter(name__startswith=start).values_list("name", flat=True))
    numbered = (_("%(name)s (%(number)d)") % {"name": start, "number": number} for number in itertools.count(2))
    return next(made for made in numbered if made not in taken)
