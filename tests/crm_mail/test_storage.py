"""The folder behaves as an object store does: a name is there whole or not at all, and may be written again."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile

from crm_mail.storage import FolderStorage


class BrokenFile(io.BytesIO):
    def read(self, _size: int | None = -1, /) -> bytes:
        raise OSError("the disk is full")


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(location=str(tmp_path))


def test_a_name_that_is_written_again_is_replaced(storage: FolderStorage) -> None:
    assert storage.save("1/raw/ab/x", ContentFile(b"old")) == "1/raw/ab/x"
    assert storage.save("1/raw/ab/x", ContentFile(b"new")) == "1/raw/ab/x"
    with storage.open("1/raw/ab/x") as file:
        assert file.read() == b"new"


def test_what_breaks_off_leaves_nothing_behind(storage: FolderStorage, tmp_path: Path) -> None:
    storage.save("1/x", ContentFile(b"old"))
    with pytest.raises(OSError, match="full"):
        storage.save("1/x", BrokenFile(b"half"))
    with storage.open("1/x") as file:
        assert file.read() == b"old"
    assert [path.name for path in (tmp_path / "1").iterdir()] == ["x"]


def test_nothing_is_written_outside(storage: FolderStorage) -> None:
    with pytest.raises(SuspiciousFileOperation):
        storage.save("../x", ContentFile(b"x"))
