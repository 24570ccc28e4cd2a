"""Bytes of letters on their way: uploads, by content address; the final letters, each under a name of its own.

A final letter is not stored by content, because it is deleted once a copy lies in the server's Sent folder (K62), and
nobody else's must go with it.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from accounts.tenancy import current_account_id
from threads.content_store import folder_of

CHUNK_BYTES = 1024 * 1024


def name_upload(file: File[bytes]) -> str:
    """Where its bytes lie. Equal files of an account are stored once."""
    digest = hashlib.sha256()
    for chunk in _chunks(file):
        digest.update(chunk)
    return f"{current_account_id()}/uploads/{digest.hexdigest()[:2]}/{digest.hexdigest()}"


def store_upload_bytes(name: str, file: File[bytes]) -> None:
    is_whole = default_storage.exists(name) and default_storage.size(name) == file.size
    if not is_whole:
        default_storage.save(name, file)


def _chunks(file: File[bytes]) -> Iterator[bytes]:
    file.seek(0)
    yield from file.chunks(CHUNK_BYTES)
    file.seek(0)


def name_final(mailbox_id: int, mail_id: int, lease_token: uuid.UUID | None) -> str:
    """Among the files of the mailbox, with which it is deleted when it was left there (K64). No two workers have the
    same name, and that of a worker who died is known from the letter's row.
    """
    return f"{folder_of(mailbox_id)}/outgoing/{mail_id}-{lease_token or uuid.uuid4()}.eml"


def store_final(name: str, raw: bytes) -> None:
    default_storage.save(name, ContentFile(raw))


def has_final(name: str) -> bool:
    return default_storage.exists(name)


def read_bytes(name: str) -> bytes:
    """Raises FileNotFoundError."""
    with default_storage.open(name) as file:
        return bytes(file.read())


def forget_final(name: str) -> None:
    default_storage.delete(name)
