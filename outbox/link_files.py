"""Files that a letter names by link, fetched when it is made (M46): direct links to public web servers only."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Protocol
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _

from mailboxes.lookups import FILE_SECONDS, fetch_file
from mailkit.errors import MailError
from mailkit.safe_fetch import Fetched
from mailkit.types import OutgoingAttachment
from outbox.errors import LinkFailed
from outbox.uploads import content_type_of, safe_filename

ALL_SECONDS = 120.0  # for all links of a letter: its worker waits, and other mailboxes for the worker
_PAGES = frozenset(["text/html", "application/xhtml+xml"])


class Fetch(Protocol):
    """As mailboxes.lookups.fetch_file. Raises MailError."""

    def __call__(self, url: str, *, most_bytes: int, seconds: float) -> Fetched: ...


def fetch_files(links: Sequence[str], *, most_bytes: int, fetch: Fetch = fetch_file) -> list[OutgoingAttachment]:
    """All of them, `most_bytes` together. Raises LinkFailed with the first that cannot be had."""
    files: list[OutgoingAttachment] = []
    deadline = monotonic() + ALL_SECONDS
    for link in links:
        file = _fetched(link, most_bytes, deadline - monotonic(), fetch)
        most_bytes -= len(file.content)
        files.append(file)
    return files


def _fetched(link: str, most_bytes: int, seconds: float, fetch: Fetch) -> OutgoingAttachment:
    if most_bytes <= 0:
        raise LinkFailed(link, _("The files are larger together than a letter may be."))
    try:
        fetched = fetch(link, most_bytes=most_bytes, seconds=max(0.0, min(seconds, FILE_SECONDS)))
    except MailError as error:
        raise LinkFailed(link, str(error)) from error
    if fetched.content_type in _PAGES:
        raise LinkFailed(link, _("The link leads to a web page, not to a file."))
    filename = safe_filename(unquote(urlsplit(fetched.url).path))
    return OutgoingAttachment(filename, content_type_of(filename, fetched.content_type), fetched.content)
