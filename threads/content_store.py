"""Bytes in storage under names that say what they are: account, mailbox, kind and SHA-256. Written before the rows that
name them; what no row names is harmless, because the same bytes will have the same name when they come again.

Each mailbox has a folder of its own, so that all of it can be deleted with nobody else's (K64). Names that are older
than this have no mailbox in them: their files may be those of several.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO, Protocol, cast

from django.core.files.base import File
from django.core.files.storage import default_storage

from accounts.tenancy import current_account_id

CHUNK_BYTES = 1024 * 1024
_NAME = re.compile(
    r"(?P<account>\d{1,19})/(mailboxes/(?P<mailbox>\d{1,19})/)?(?P<kind>raw|files)/[0-9a-f]{2}/(?P<digest>[0-9a-f]{64})(_\w{7})?(\.gz)?"
)


def folder_of(mailbox_id: int) -> str:
    """Where all files of a mailbox of this account lie."""
    return f"{current_account_id()}/mailboxes/{mailbox_id}"


def delete_folder(mailbox_id: int) -> None:
    """All files of a mailbox of this account, also those that no row names. Raises OSError."""
    cast("_WithFolders", default_storage).delete_folder(folder_of(mailbox_id))


class _WithFolders(Protocol):
    """What our storages (crm_mail.storage, crm_mail.object_storage) add to Django's."""

    def delete_folder(self, name: str) -> None: ...


def name_of(mailbox_id: int, kind: str, digest: str, ending: str = "") -> str:
    return f"{folder_of(mailbox_id)}/{kind}/{digest[:2]}/{digest}{ending}"


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
    saved = put_once(name, file, size)
    make_durable([saved])  # whoever stored it before may not have waited for the disk
    return saved


def put_once(name: str, file: IO[bytes], size: int) -> str:
    """As `save_once`, and who calls it makes it durable, perhaps with others."""
    is_there = default_storage.exists(name) and default_storage.size(name) == size
    return name if is_there else default_storage.save(name, File(file))


def make_durable(names: Iterable[str]) -> None:
    """A power cut loses them no more. An object store has promised that when it took the bytes."""
    try:
        paths = [default_storage.path(name) for name in names]
    except NotImplementedError:
        return
    folders = dict.fromkeys(os.path.dirname(path) for path in paths)  # noqa: PTH120  (the names in them too)
    for place in (*paths, *folders):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
