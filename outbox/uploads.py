"""Files given to us for a letter (M16)."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from collections.abc import Sequence

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction

from accounts.models import Membership
from outbox.errors import TooLarge, UnknownUpload
from outbox.models import Upload
from outbox.storage import name_upload, store_upload_bytes

MAX_NAME_CHARS = 200
_TYPE = re.compile(
    r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}", re.ASCII
)  # RFC 6838, section 4.2
_NEVER_IN_NAMES = re.compile(r'[\\/:*?"<>|]')


def store_upload(member: Membership, file: UploadedFile) -> Upload:
    """Keep a file for a letter. Raises TooLarge."""
    size = file.size or 0
    if size > settings.ATTACHMENTS_MAX_BYTES:
        raise TooLarge("file", settings.ATTACHMENTS_MAX_BYTES)
    filename = safe_filename(file.name or "")
    name = name_upload(file)
    with transaction.atomic():
        hold_upload_name(name)
        upload = Upload.objects.create(
            membership=member,
            filename=filename,
            content_type=content_type_of(filename, file.content_type or ""),
            size=size,
            storage_name=name,
        )
    store_upload_bytes(name, file)
    return upload


def hold_upload_name(name: str) -> None:
    """Until the end of the transaction: whoever deletes bytes that no row names must not miss one that comes just now.

    So the row comes first and the bytes after it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('upload ' || %s, 0))", [name])


def uploads_of(member: Membership, upload_ids: Sequence[int]) -> list[Upload]:
    """In the order asked for. Raises UnknownUpload, TooLarge."""
    found = Upload.objects.filter(membership=member).in_bulk(list(upload_ids))
    for upload_id in upload_ids:
        if upload_id not in found:
            raise UnknownUpload(upload_id)
    uploads = [found[upload_id] for upload_id in dict.fromkeys(upload_ids)]
    if sum(upload.size for upload in uploads) > settings.ATTACHMENTS_MAX_BYTES:
        raise TooLarge("upload_ids", settings.ATTACHMENTS_MAX_BYTES)
    return uploads


def safe_filename(typed: str) -> str:
    """A name that is one name everywhere: no path, no control or direction characters, not hidden, not too long."""
    last = re.split(r"[\\/]", typed)[-1]
    plain = "".join(char for char in unicodedata.normalize("NFC", last) if unicodedata.category(char)[0] != "C")
    name = _NEVER_IN_NAMES.sub("_", " ".join(plain.split())).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if len(name) > MAX_NAME_CHARS:
        name = f"{stem[: MAX_NAME_CHARS - 21]}{dot}{ending[:20]}" if stem else name[:MAX_NAME_CHARS]
    return name or "file"


def content_type_of(filename: str, claimed: str) -> str:
    """What the browser says, if it is a media type at all; else what the name's ending says."""
    plain = claimed.partition(";")[0].strip().lower()
    if _TYPE.fullmatch(plain):
        return plain
    return mimetypes.guess_type(filename)[0] or "application/octet-stream"
