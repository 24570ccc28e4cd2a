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

CHUNK_BYTES = 1024 * 1024


def store_upload_bytes(file: File[bytes]) -> str:
    """Its name. Equal files of an account are stored once."""
    digest = hashlib.sha256()
    for chunk in _chunks(file):
        digest.update(chunk)
    name = f"{current_account_id()}/uploads/{digest.hexdigest()[:2]}/{digest.hexdigest()}"
    is_whole = default_storage.exists(name) and default_storage.size(name) == file.size
    return name if is_whole else default_storage.save(name, file)  # what a crash left half stays as it is


def _chunks(file: File[bytes]) -> Iterator[bytes]:
    file.seek(0)
    yield from file.chunks(CHUNK_BYTES)
    file.seek(0)


def store_final(raw: bytes) -> str:
    """Its name."""
    return default_storage.save(f"{current_account_id()}/outgoing/{uuid.uuid4()}.eml", ContentFile(raw))


def read_bytes(name: str) -> bytes:
    """Raises FileNotFoundError."""
    with default_storage.open(name) as file:
        return bytes(file.read())


def forget_final(name: str) -> None:
    default_storage.delete(name)
