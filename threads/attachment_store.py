"""Copies of attachments in storage, for mailboxes that keep them (K62). Equal files of a mailbox are stored once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import IO

from django.core.files.storage import default_storage

from threads.content_store import digest_in, gathered, name_of, save_once
from threads.errors import StoredFileGone

_KIND = "files"


def store_file(mailbox_id: int, chunks: Iterable[bytes]) -> str:
    """Store a file of this mailbox, of any size and in bounded memory; its name."""
    digest = hashlib.sha256()
    with gathered(_measured(chunks, digest)) as file:
        size = file.seek(0, 2)
        file.seek(0)
        return save_once(name_of(mailbox_id, _KIND, digest.hexdigest()), file, size)


def open_file(name: str) -> IO[bytes]:
    """To be read in pieces, and closed. Raises StoredFileGone, also for a file of another account."""
    if digest_in(name, _KIND) is None:
        raise StoredFileGone("not a file of this account")
    try:
        return default_storage.open(name)
    except OSError as error:
        raise StoredFileGone("missing") from error


def _measured(chunks: Iterable[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk
