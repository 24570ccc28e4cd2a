"""Raw letters in storage: compressed, named by account and content, written before the rows that name them.

A name that no row holds is harmless: the same letter will have the same name when it comes again. What is there
but not whole is left alone: another worker may be writing it just now, or a crash left it. The letter then
gets a name beside it.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.tenancy import current_account_id
from threads.errors import RawLetterGone

_NAME = re.compile(r"(?P<account>\d{1,19})/raw/[0-9a-f]{2}/(?P<digest>[0-9a-f]{64})(_\w{7})?\.gz")
_LEVEL = 3  # 90 % of the gain in a third of the time


def store_raw(raw: bytes) -> str:
    """Store a letter of this account and return its name. The same bytes twice are stored once."""
    digest = hashlib.sha256(raw).hexdigest()
    name = f"{current_account_id()}/raw/{digest[:2]}/{digest}.gz"
    packed = gzip.compress(raw, compresslevel=_LEVEL, mtime=0)
    return name if _is_whole(name, len(packed)) else default_storage.save(name, ContentFile(packed))


def read_raw(name: str) -> bytes:
    """The letter of this name. Raises RawLetterGone, also for a letter of another account."""
    found = _NAME.fullmatch(name)
    if found is None or int(found["account"]) != current_account_id():
        raise RawLetterGone("not a raw letter of this account")
    try:
        with default_storage.open(name) as file:
            raw = gzip.decompress(file.read())
    except (OSError, EOFError, zlib.error) as error:  # gzip's BadGzipFile is an OSError
        raise RawLetterGone("missing or damaged") from error
    if hashlib.sha256(raw).hexdigest() != found["digest"]:
        raise RawLetterGone("damaged")
    return raw


def _is_whole(name: str, size: int) -> bool:
    return default_storage.exists(name) and default_storage.size(name) == size
