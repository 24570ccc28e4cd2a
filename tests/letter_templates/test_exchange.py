"""Templates as a file: hostile archives unpack to nothing, and cost nothing."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from typing import Any

import pytest
from pytest_django import Settings

from letter_templates.errors import ArchiveRefused
from letter_templates.exchange import INDEX, KIND, MAX_TEMPLATES, Archive
from letter_templates.requests import MAX_FILES

ONE: dict[str, Any] = {"name": "Offer", "format": "html", "body": "bodies/1.html", "is_public": True}


def packed(index: object, files: dict[str, bytes] | None = None, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(INDEX, index if isinstance(index, str) else json.dumps(index))
        for path, content in (files or {"bodies/1.html": b"<p>Hi</p>"}).items():
            archive.writestr(path, content)
    return out.getvalue()


def index_of(*templates: dict[str, Any]) -> dict[str, Any]:
    return {"kind": KIND, "version": 1, "templates": list(templates)}


def test_an_archive_is_read() -> None:
    archive = Archive(io.BytesIO(packed(index_of(ONE))))
    (found,) = archive.templates()
    assert archive.names == ["Offer"]
    assert (found.fields.name, found.fields.body, found.fields.is_public) == ("Offer", "<p>Hi</p>", True)
    assert found.files == ()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"PK\5\6",
        b"no archive at all",
        packed("{"),
        packed("[" * 100_000),
        packed({"kind": "other", "templates": []}),
        packed({"kind": KIND, "templates": [1]}),
        packed({"kind": KIND, "templates": {}}),
        packed(index_of(*[ONE] * (MAX_TEMPLATES + 1))),
        packed(index_of(ONE))[:-30],
        packed(index_of(ONE), method=zipfile.ZIP_LZMA),
    ],
)
def test_what_is_no_archive_of_ours_is_refused(raw: bytes) -> None:
    with pytest.raises(ArchiveRefused):
        list(Archive(io.BytesIO(raw)).templates())


@pytest.mark.parametrize("body", ["../../etc/passwd", "/etc/passwd", "bodies/2.html", "", 5])
def test_a_name_is_a_place_in_the_archive_and_nowhere_else(body: object) -> None:
    with pytest.raises(ArchiveRefused):
        list(Archive(io.BytesIO(packed(index_of({**ONE, "body": body})))).templates())


def test_a_small_archive_of_much_is_not_unpacked(settings: Settings) -> None:
    settings.BODY_MAX_BYTES = 1000
    bomb = packed(index_of(ONE), {"bodies/1.html": b"x" * 10_000_000})
    assert len(bomb) < 20_000
    with pytest.raises(ArchiveRefused, match="too large"):
        list(Archive(io.BytesIO(bomb)).templates())


def test_the_same_bytes_named_often_count_each_time(settings: Settings) -> None:
    settings.ATTACHMENTS_MAX_BYTES = 1000
    again = packed(index_of(*[ONE] * 10), {"bodies/1.html": b"x" * 500})
    with pytest.raises(ArchiveRefused, match="too large"):
        list(Archive(io.BytesIO(again)).templates())


def test_a_table_of_contents_that_is_too_long_is_not_read() -> None:
    raw = packed(index_of(ONE))
    at = raw.rindex(b"PK\5\6")
    long_one = raw[: at + 12] + struct.pack("<L", 2**31) + raw[at + 16 :]
    with pytest.raises(ArchiveRefused, match="too large"):
        Archive(io.BytesIO(long_one))
    longer = raw[:at] + b"PK\6\7" + bytes(16) + raw[at:]
    with pytest.raises(ArchiveRefused, match="too large"):
        Archive(io.BytesIO(longer))


def test_an_encrypted_entry_is_refused() -> None:
    raw = bytearray(packed(index_of(ONE)))
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        raw[raw.index(mark) + at] |= 1
    with pytest.raises(ArchiveRefused):
        Archive(io.BytesIO(bytes(raw)))


def test_of_more_files_than_a_template_may_have_no_more_is_unpacked_than_that_takes_to_know() -> None:
    many = [{"path": "bodies/1.html", "filename": "a.txt"}] * 5_000
    (found,) = Archive(io.BytesIO(packed(index_of({**ONE, "files": many})))).templates()
    assert len(found.files) == MAX_FILES + 1
