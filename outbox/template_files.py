"""Files between templates and letters: both name the same bytes, so nothing is copied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import Membership
from letter_templates.models import TemplateFile
from letter_templates.requests import FileValues
from letter_templates.stored_files import hold_upload_name
from outbox.models import Upload
from outbox.uploads import uploads_of


@dataclass(frozen=True, slots=True)
class GivenFile:
    """An upload for a template, or for a letter; `content_id` of an image that stands in the text."""

    upload_id: int
    content_id: str = ""


@transaction.atomic
def values_of_uploads(member: Membership, given: Sequence[GivenFile]) -> list[FileValues]:
    """What a template keeps of uploads. Raises UnknownUpload, TooLarge."""
    found = {upload.pk: upload for upload in uploads_of(member, [file.upload_id for file in given])}
    return [
        FileValues(upload.filename, upload.content_type, upload.size, upload.storage_name, file.content_id)
        for file in given
        for upload in (found[file.upload_id],)
    ]


@transaction.atomic
def upload_files(member: Membership, files: Sequence[FileValues]) -> list[GivenFile]:
    """Uploads of this member with the bytes that a template has: for a letter or a draft that starts with it."""
    for name in sorted({file.storage_name for file in files}):
        hold_upload_name(name)
    uploads = Upload.objects.bulk_create(
        Upload(
            membership=member,
            filename=file.filename,
            content_type=file.content_type,
            size=file.size,
            storage_name=file.storage_name,
        )
        for file in files
    )
    return [GivenFile(upload.pk, file.content_id) for upload, file in zip(uploads, files, strict=True)]


def uploads_from(member: Membership, upload_ids: Sequence[int], files: Sequence[FileValues]) -> list[int]:
    """Those of the uploads that hold these files."""
    known = {(file.storage_name, file.filename) for file in files}
    uploads = Upload.objects.filter(membership=member, pk__in=upload_ids)
    return [upload.pk for upload in uploads if (upload.storage_name, upload.filename) in known]


@transaction.atomic
def forget_unnamed(name: str) -> None:
    """Delete these bytes, unless an upload or a template still names them."""
    hold_upload_name(name)
    if not is_named(name):
        default_storage.delete(name)


def is_named(name: str) -> bool:
    named = {"storage_name": name}
    return Upload.objects.filter(**named).exists() or TemplateFile.objects.filter(**named).exists()
