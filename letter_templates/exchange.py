"""Templates as a file: a zip of `templates.json`, a body for each, and their files.

An archive may come from anywhere. Its table of contents, what it unpacks to and how it was packed have limits, names in
it are never paths of ours, and everything read is checked like what a person types.
"""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from letter_templates.errors import ArchiveRefused
from letter_templates.models import Template
from letter_templates.requests import MAX_FILES, TemplateFields
from letter_templates.trigger_choice import read_choice, read_strange
from mailboxes.models import Mailbox

INDEX = "templates.json"
KIND = "crm-mail-templates"
MAX_TEMPLATES = 200
MAX_CONTENTS_BYTES = 1024 * 1024  # of the table of contents
MAX_INDEX_BYTES = 4 * 1024 * 1024
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_END = struct.Struct("<4s4H2LH")  # the end of the table of contents (APPNOTE 4.3.16)
_LONG_END_BYTES, _LONG_END = 20, b"PK\6\7"  # what stands before it in archives of many gigabytes
_TEXTS = ("name", "format", "subject", "send_to", "attachment_url")
_SWITCHES = ("from_responsible", "without_signature", "is_public")


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    path: str  # in the archive
    filename: str
    content_type: str
    content_id: str


@dataclass(frozen=True, slots=True)
class ArchivedTemplate:
    """`fields` has neither mailbox nor files, and triggers by their numbers: which ones they are here, its reader
    finds out.
    """

    fields: TemplateFields
    from_address: str
    files: tuple[ArchivedFile, ...]


def write_archive(
    out: IO[bytes], templates: Iterable[Template], seen: Iterable[Mailbox], trigger_numbers: Mapping[int, int]
) -> None:
    """`seen` are the mailboxes whose addresses the reader of the archive may know; `trigger_numbers` are by id."""
    addresses = {mailbox.pk: mailbox.address for mailbox in seen}
    entries = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, template in enumerate(templates, start=1):
            ending = "txt" if template.format == Template.Format.TEXT else "html"
            body = f"bodies/{number}.{ending}"
            archive.writestr(_entry(body), template.body)
            facts: dict[str, Any] = {name: getattr(template, name) for name in (*_TEXTS, *_SWITCHES)}
            facts |= {"body": body, "from_address": addresses.get(template.from_mailbox_id or 0, "")}
            facts |= {"triggers": read_choice(template.triggers).translated(trigger_numbers).to_json()}
            entries.append({**facts, "files": _write_files(archive, number, template)})
        index = {"kind": KIND, "version": 1, "templates": entries}
        archive.writestr(_entry(INDEX), json.dumps(index, ensure_ascii=False, indent=2))


def _entry(path: str) -> zipfile.ZipInfo:
    """Without the time of day: equal templates make equal archives."""
    entry = zipfile.ZipInfo(path)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _write_files(archive: zipfile.ZipFile, number: int, template: Template) -> list[dict[str, str]]:
    """Compressed or not as zipfile likes; one whose bytes are gone is left out."""
    written = []
    for file in template.files.all():
        if not default_storage.exists(file.storage_name):
            continue
        path = f"files/{number}/{file.position}-{file.filename}"
        with default_storage.open(file.storage_name) as stored, archive.open(_entry(path), "w") as target:
            for chunk in stored.chunks():
                target.write(chunk)
        facts = {"filename": file.filename, "content_type": file.content_type, "content_id": file.content_id}
        written.append({"path": path, **facts})
    return written


class Archive:
    """A file of templates, open for reading. Raises ArchiveRefused, now and whenever it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        _check_end(file)
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            raise ArchiveRefused(_no_archive()) from error
        # Several templates may have the largest files, but not all of them: nobody unpacks a gigabyte by mistake.
        self._left = settings.ATTACHMENTS_MAX_BYTES * 2
        self._index = self._read_index()

    @property
    def names(self) -> list[str]:
        return [_text(entry, "name") for entry in self._index]

    def templates(self) -> Iterable[ArchivedTemplate]:
        """One after the other: their bodies are read now."""
        return map(self._template, self._index)

    def bytes_of(self, path: str, most: int) -> bytes:
        """What lies there, unpacked."""
        try:
            entry = self._zip.getinfo(path)
            is_plain = entry.compress_type in _PACKINGS and not entry.flag_bits & 1  # 1: encrypted
            with self._zip.open(entry) if is_plain else _refuse() as packed:
                found = packed.read(min(most, self._left) + 1)
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError) as error:
            raise ArchiveRefused(_no_archive()) from error
        if len(found) > min(most, self._left):
            raise ArchiveRefused(_("What this archive unpacks to is too large. Import fewer templates at once."))
        self._left -= len(found)
        return found

    def _read_index(self) -> list[dict[str, Any]]:
        try:
            index = json.loads(self.bytes_of(INDEX, MAX_INDEX_BYTES))
        except (ValueError, RecursionError) as error:
            raise ArchiveRefused(_no_archive()) from error
        entries = index.get("templates") if isinstance(index, dict) and index.get("kind") == KIND else None
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise ArchiveRefused(_no_archive())
        if len(entries) > MAX_TEMPLATES:
            raise ArchiveRefused(_("An archive may hold %(most)d templates.") % {"most": MAX_TEMPLATES})
        return entries

    def _template(self, entry: dict[str, Any]) -> ArchivedTemplate:
        texts = {name: _text(entry, name) for name in _TEXTS}
        switches = {name: entry.get(name) is True for name in _SWITCHES}
        body = self.bytes_of(_text(entry, "body"), settings.BODY_MAX_BYTES).decode("utf-8", "replace")
        files = entry.get("files")
        listed = [file for file in files if isinstance(file, dict)] if isinstance(files, list) else []
        return ArchivedTemplate(
            TemplateFields(body=body, triggers=read_strange(entry.get("triggers")), **texts, **switches),  # type: ignore[arg-type]  # texts and switches by name
            _text(entry, "from_address"),
            tuple(_file(file) for file in listed[: MAX_FILES + 1]),  # one too many is refused when it is saved
        )


def _check_end(file: IO[bytes]) -> None:
    """The table of contents is read whole, whatever its size: that is known before, from the last bytes."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 0xFFFF - _END.size - _LONG_END_BYTES))
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) < at + _END.size:
        raise ArchiveRefused(_no_archive())
    contents_bytes = _END.unpack_from(tail, at)[5]
    is_long = at >= _LONG_END_BYTES and tail[at - _LONG_END_BYTES :].startswith(_LONG_END)
    if is_long or contents_bytes > MAX_CONTENTS_BYTES:
        raise ArchiveRefused(_("This archive is too large."))
    file.seek(0)


def _file(entry: dict[str, Any]) -> ArchivedFile:
    return ArchivedFile(*(_text(entry, name) for name in ArchivedFile.__slots__))


def _text(entry: dict[str, Any], name: str) -> str:
    value = entry.get(name, "")
    return value if isinstance(value, str) else ""


def _refuse() -> IO[bytes]:
    raise ArchiveRefused(_("This archive is encrypted, or packed in a way that is not common. Make a plain zip file."))


def _no_archive() -> str:
    return _("This is not a file of templates. Choose a .zip that was exported here.")
