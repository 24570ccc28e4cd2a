"""Bytes in storage under names that say what they are: account, kind and SHA-256. Written before the rows that name
them; what no row names is harmless, because the same bytes will have the same name when they come again.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO

from django.core.files.base import File
from django.core.files.storage import default_storage

from accounts.tenancy import current_account_id

CHUNK_BYTES = 1024 * 1024
_NAME = re.compile(r"(?P<account>\d{1,19})/(?P<kind>raw|files)/[0-9a-f]{2}/(?P<digest>[0-9a-f]{64})(_\w{7})?(\.gz)?")


def name_of(kind: str, digest: str, ending: str = "") -> str:
    return f"{current_account_id()}/{kind}/{digest[:2]}/{digest}{ending}"


def digest_in(name: str, kind: str) -> str | None:
    """None for what is no name of this kind and this account."""
    found = _NAME.fullmatch(name)
    if found is None or found["kind"] != kind or int(found["account"]) != current_account_id():
        return None
    return found["digest"]


@contextmanager
def gathered(chunks: Iterable[bytes]) -> Iterator[BinaryIO]:
    """All of them in a temporary file: in memory while they are few."""
    with tempfile.SpooledTemporaryFile(max_size=CHUNK_BYTES) as file:
        for chunk in chunks:
            file.write(chunk)
        file.seek(0)
        yield file  # type: ignore[misc]  # it has all that BinaryIO wants


def save_once(name: str, file: IO[bytes], size: int) -> str:
    """The name it got. For large ones: what is there already is not sent again."""
    is_there = default_storage.exists(name) and default_storage.size(name) == size
    saved = name if is_there else default_storage.save(name, File(file))
    make_durable(saved)  # whoever stored it before may not have waited for the disk
    return saved


def make_durable(name: str) -> None:
    """A power cut loses it no more. An object store has promised that when it took the bytes."""
    try:
        path = default_storage.path(name)
    except NotImplementedError:
        return
    for place in (path, os.path.dirname(path)):  # noqa: PTH120  (the name in the directory too)
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
