"""Raw letters in storage, compressed."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import IO, cast

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from threads.content_store import CHUNK_BYTES, digest_in, gathered, make_durable, name_of, put_once
from threads.errors import RawLetterGone

_KIND, _ENDING = "raw", ".gz"
_LEVEL = 1  # a tenth larger than the best, in half of the time
_WRITERS = 4  # at once: an object store takes some ten milliseconds for each


def store_raw(mailbox_id: int, raw: bytes) -> str:
    """Store a letter of this mailbox and return its name. The same bytes twice are stored once."""
    name = _name(mailbox_id, raw)
    _store(name, raw)
    return name


@dataclass(frozen=True, slots=True)
class StoringRaws:
    """Letters on their way into storage, by other threads, while this one may do something else."""

    names: Sequence[str]  # in their order
    _done: Sequence[Future[None]]

    def wait(self) -> None:
        """Until all are there. Raises OSError."""
        for done in self._done:
            done.result()


def store_raws(mailbox_id: int, raws: Iterable[bytes]) -> StoringRaws:
    """Begin to store several letters of this mailbox. No row may be committed that names one before `wait`."""
    letters = [(_name(mailbox_id, raw), raw) for raw in raws]
    return StoringRaws([name for name, _ in letters], [_writers().submit(_store, *letter) for letter in letters])


def store_raw_stream(mailbox_id: int, chunks: Iterable[bytes]) -> str:
    """A letter of any size, in bounded memory. When this returns, a power cut does not lose it."""
    return store_raw_streams(mailbox_id, [chunks])[0]


def store_raw_streams(mailbox_id: int, letters: Iterable[Iterable[bytes]]) -> list[str]:
    """Several, with one wait for the disk's journal: their names."""
    names = [_put_stream(mailbox_id, chunks) for chunks in letters]
    make_durable(names)
    return names


def _put_stream(mailbox_id: int, chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    with gathered(_pack(chunks, digest)) as file:
        size = file.seek(0, 2)
        file.seek(0)
        return put_once(name_of(mailbox_id, _KIND, digest.hexdigest(), _ENDING), file, size)


def read_raw(name: str) -> bytes:
    """The letter of this name. Raises RawLetterGone, also for a letter of another account."""
    digest = _digest(name)
    try:
        with default_storage.open(name) as file:
            raw = gzip.decompress(file.read())
    except (OSError, EOFError, zlib.error) as error:  # gzip's BadGzipFile is an OSError
        raise RawLetterGone("missing or damaged") from error
    if hashlib.sha256(raw).hexdigest() != digest:
        raise RawLetterGone("damaged")
    return raw


def open_raw(name: str) -> IO[bytes]:
    """To be read in pieces, and closed. Raises RawLetterGone; damage shows as an OSError or EOFError of reading."""
    _digest(name)
    try:
        file = default_storage.open(name)
    except OSError as error:
        raise RawLetterGone("missing") from error
    return cast("IO[bytes]", _Unpacked(file))


def verify_raw(name: str, *, size: int) -> None:
    """Every byte of it is there, and these are `size`: read to the end. Raises RawLetterGone."""
    digest, seen = hashlib.sha256(), 0
    try:
        with open_raw(name) as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
                seen += len(chunk)
    except (OSError, EOFError, zlib.error) as error:
        raise RawLetterGone("missing or damaged") from error
    if seen != size or digest.hexdigest() != _digest(name):
        raise RawLetterGone("damaged, or not the whole letter")


def is_raw_of(name: str, digest: str) -> bool:
    """Whether it is the letter whose bytes have this SHA-256."""
    return digest_in(name, _KIND) == digest


class _Unpacked(gzip.GzipFile):
    """Closes the file below as well."""

    def __init__(self, packed: IO[bytes]) -> None:
        super().__init__(fileobj=packed, mode="rb")
        self._packed = packed

    def close(self) -> None:
        super().close()
        self._packed.close()


def _digest(name: str) -> str:
    digest = digest_in(name, _KIND)
    if digest is None:
        raise RawLetterGone("not a raw letter of this account")
    return digest


def _name(mailbox_id: int, raw: bytes) -> str:
    return name_of(mailbox_id, _KIND, hashlib.sha256(raw).hexdigest(), _ENDING)


def _store(name: str, raw: bytes) -> None:
    """Our storages replace what has the name: it is the same, or what a power cut left of it."""
    default_storage.save(name, ContentFile(gzip.compress(raw, compresslevel=_LEVEL, mtime=0)))


def _pack(chunks: Iterable[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    packer = zlib.compressobj(_LEVEL, wbits=31)  # 31: gzip
    for chunk in chunks:
        for start in range(0, len(chunk), CHUNK_BYTES):
            piece = chunk[start : start + CHUNK_BYTES]
            digest.update(piece)
            yield packer.compress(piece)
    yield packer.flush()


@cache
def _writers() -> ThreadPoolExecutor:
    """Made when it is first used, after processes have parted."""
    return ThreadPoolExecutor(_WRITERS, thread_name_prefix="raw-store")
