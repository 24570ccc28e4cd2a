"""Files given to us for a letter (M16)."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from collections.abc import Sequence

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Exists, OuterRef, Sum

from accounts.models import Membership
from letter_templates.models import TemplateFile
from letter_templates.stored_files import hold_upload_name
from outbox.errors import NotAnImage, TooLarge, TooManyFiles, UnknownUpload
from outbox.models import DraftAttachment, MailingFile, OutgoingAttachment, Upload
from outbox.storage import name_upload, store_upload_bytes

MAX_NAME_CHARS = 200
_TYPE = re.compile(
    r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}", re.ASCII
)  # RFC 6838, section 4.2
IMAGE_TYPES = frozenset(["image/png", "image/jpeg", "image/gif", "image/webp"])  # what mail programs show
IN_A_LETTER = Exists(OutgoingAttachment.objects.filter(upload=OuterRef("pk")))
IN_A_DRAFT = Exists(DraftAttachment.objects.filter(upload=OuterRef("pk")))
IN_A_MAILING = Exists(MailingFile.objects.filter(upload=OuterRef("pk")))
# The bytes are kept for the template anyway: given to us for it, or taken from it for a draft.
IN_A_TEMPLATE = Exists(TemplateFile.objects.filter(storage_name=OuterRef("storage_name")))
_NEVER_IN_NAMES = re.compile(r'[\\/:*?"<>|]')


def store_upload(member: Membership, file: UploadedFile) -> Upload:
    """Keep a file for a letter. Raises TooLarge, TooManyFiles."""
    size = file.size or 0
    if size > settings.ATTACHMENTS_MAX_BYTES:
        raise TooLarge("file", settings.ATTACHMENTS_MAX_BYTES)
    _check_room(member, size)
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


def store_image(member: Membership, file: UploadedFile) -> Upload:
    """One that stands in the text. Raises TooLarge, TooManyFiles, NotAnImage."""
    if (file.size or 0) > settings.IMAGE_MAX_BYTES:
        raise TooLarge("image", settings.IMAGE_MAX_BYTES)
    if content_type_of(file.name or "", file.content_type or "") not in IMAGE_TYPES:
        raise NotAnImage
    return store_upload(member, file)


def _check_room(member: Membership, size: int) -> None:
    """For files that wait in drafts, or were never used. Those of letters, mailings and templates are the account's."""
    waiting = Upload.objects.filter(membership=member).exclude(IN_A_LETTER | IN_A_MAILING | IN_A_TEMPLATE)
    used = waiting.aggregate(total=Sum("size"))["total"] or 0
    if used + size > settings.UNSENT_FILES_MAX_BYTES:
        raise TooManyFiles(settings.UNSENT_FILES_MAX_BYTES)


def get_uploads(member: Membership, upload_ids: Sequence[int], *, hold: bool = False) -> list[Upload]:
    """In the order asked for. `hold` keeps them until the end of the transaction: no purge takes away what is about to
    be named. Raises UnknownUpload.
    """
    mine = Upload.objects.filter(membership=member, pk__in=list(upload_ids)).order_by("pk")
    found = {upload.pk: upload for upload in (mine.select_for_update(no_key=True) if hold else mine)}
    for upload_id in upload_ids:
        if upload_id not in found:
            raise UnknownUpload(upload_id)
    return [found[upload_id] for upload_id in dict.fromkeys(upload_ids)]


def uploads_of(member: Membership, upload_ids: Sequence[int]) -> list[Upload]:
    """The same for a letter that is sent, in its transaction. Raises UnknownUpload, TooLarge."""
    uploads = get_uploads(member, upload_ids, hold=True)
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
