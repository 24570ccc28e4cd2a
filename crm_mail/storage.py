"""Where bytes lie: a folder of this machine. Object stores come from django-storages (settings, "files"). And the files
of our pages.
"""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Names carry what is in the file also where one script of ours imports another: browsers keep them for good.

    Django can do so for all scripts, which fails on those of others that name files they did not bring.
    """

    max_post_process_passes = 10  # one for each script between the first that imports and the last that is imported
    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        (
            "web/js/*.js",
            (
                (
                    r"""(?P<matched>import (?P<names>[^"';]+?) from "(?P<url>\./[^"]+)";)""",
                    'import %(names)s from "%(url)s";',
                ),
            ),
        ),
    )


class FolderStorage(FileSystemStorage):
    """Like an object store: a file is there whole or not at all, whoever dies while writing it, and a name that is
    written again is replaced. Our names say what is in them, so nothing is lost by that.
    """

    def save(self, name: str | None, content: IO[Any], max_length: int | None = None) -> str:
        assert name  # noqa: S101  (Django allows a file to bring its own name; ours never do)
        path = Path(self.path(name))
        aside = path.with_name(f".{secrets.token_hex(8)}")
        try:
            self._write(aside, content)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._write(aside, content)
        aside.replace(path)
        return name

    def delete_folder(self, name: str) -> None:
        """With all that lies in it, if it is there."""
        path = Path(self.path(name))
        if path.is_dir():
            shutil.rmtree(path)

    def _write(self, path: Path, content: IO[Any]) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with open(descriptor, "wb") as file:  # noqa: PTH123  (a descriptor)
                for chunk in File(content).chunks():
                    file.write(chunk)
        except BaseException:
            path.unlink()
            raise
