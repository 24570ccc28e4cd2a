"""Bytes in an object store that speaks S3. Needs the extra `s3`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage


class ObjectStorage(S3Storage):
    """What goes wrong is an OSError, as with a folder. A name that is written again is replaced."""

    def exists(self, name: str) -> bool:
        with _os_errors():
            return bool(super().exists(name))

    def size(self, name: str) -> int:
        with _os_errors():
            return int(super().size(name))

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        with _os_errors():
            return super()._open(name, mode)

    def _save(self, name: str, content: IO[Any]) -> str:
        with _os_errors():
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        with _os_errors():
            super().delete(name)

    def delete_folder(self, name: str) -> None:
        """All whose names begin with it, a thousand in each request."""
        with _os_errors():
            self.bucket.objects.filter(Prefix=f"{self._normalize_name(name)}/").delete()


@contextmanager
def _os_errors() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise OSError(f"object storage: {type(error).__name__}") from error
