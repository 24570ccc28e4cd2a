"""All files of a letter in one archive, sent while it is made: one file in memory at a time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from mailboxes.errors import WrongState
from mailkit.errors import MailError, MessageGone
from sync.attachments import live_session, open_attachment
from sync.places import Live
from threads.models import Attachment

MISSING_NAME = "NOT-IN-THIS-ARCHIVE.txt"


class _Outbox(io.RawIOBase):
    """Takes what the archive writes, and gives it on; like a pipe it cannot go back."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def stream_zip(files: Sequence[Attachment], *, connect: Live = live_session) -> Iterator[bytes]:
    """The bytes of the archive. A file that cannot be had is named in a text at its end, with the reason."""
    out, missing = _Outbox(), []
    with zipfile.ZipFile(out, "w") as archive:
        for name, file in unique_names(files):
            try:
                content = open_attachment(file, connect=connect).content
            except (MailError, WrongState) as error:
                missing.append(f"{name}: {_reason(error)}")
                continue
            archive.writestr(zipfile.ZipInfo(name, _date_of(file)), content)
            yield out.take()
        if missing:
            note = "\n".join([_("These files could not be fetched:"), "", *missing, ""])
            archive.writestr(zipfile.ZipInfo(MISSING_NAME), note)
    yield out.take()


def unique_names(files: Sequence[Attachment]) -> Iterator[tuple[str, Attachment]]:
    """ "plan.pdf" twice is "plan.pdf" and "plan (2).pdf", whatever the case of the letters."""
    taken: set[str] = {MISSING_NAME.casefold()}
    for file in files:
        name, number = file.filename.replace("/", "_").replace("\\", "_"), 1
        stem, dot, ending = name.rpartition(".")
        while name.casefold() in taken:
            number += 1
            name = f"{stem} ({number}).{ending}" if dot and stem else f"{file.filename} ({number})"
        taken.add(name.casefold())
        yield name, file


def _date_of(file: Attachment) -> tuple[int, int, int, int, int, int]:
    """That of the letter; an archive knows no year before 1980."""
    at = file.message.received_at
    return (max(at.year, 1980), at.month, at.day, at.hour, at.minute, at.second)


def _reason(error: MailError | WrongState) -> str:
    if isinstance(error, WrongState):
        return error.message
    if isinstance(error, MessageGone):
        return _("No longer on the mail server")
    return _("The mail server does not answer")
