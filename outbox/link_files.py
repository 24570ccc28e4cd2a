"""Files that a letter names by link, fetched when it is made (M46): direct links to public web servers only."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Protocol
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _

from mailboxes.lookups import FILE_SECONDS, fetch_file
from mailkit.errors import AnswerTooLarge, HostRefused, MailError, TemporaryMailError, TlsRefused
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
        raise LinkFailed(link, _too_large())
    try:
        fetched = fetch(link, most_bytes=most_bytes, seconds=max(0.0, min(seconds, FILE_SECONDS)))
    except MailError as error:
        raise LinkFailed(link, _why(error)) from error
    if fetched.content_type in _PAGES:
        raise LinkFailed(link, _("The link leads to a web page, not to a file."))
    filename = safe_filename(unquote(urlsplit(fetched.url).path))
    return OutgoingAttachment(filename, content_type_of(filename, fetched.content_type), fetched.content)


def _too_large() -> str:
    return _("The files are larger together than a letter may be.")


def _why(error: MailError) -> str:
    """In the words of whoever reads it; mailkit speaks to programmers."""
    if isinstance(error, AnswerTooLarge):
        return _too_large()
    if error.code:
        return _("The web server answered %(code)s.") % {"code": error.code}
    if isinstance(error, HostRefused):
        return _("The server lies in a network that we do not connect to.")
    if isinstance(error, TlsRefused):
        return _("No safe connection to the web server could be made.")
    if isinstance(error, TemporaryMailError):
        return _("The web server does not answer, or too slowly.")
    return _("This is not an address that files are fetched from.")
