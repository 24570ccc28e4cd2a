"""One IMAP session. FETCH, SEARCH and STATUS are sent and read by ourselves, on a connection that imapclient signed in.

imapclient's traps that are closed here: ranges in fetch, answers taken for another letter's, CR LF in SEARCH.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from mailkit.addresses import email_key, parse_address_list
from mailkit.errors import (
    ConnectionFailed,
    MailError,
    MessageGone,
    ProtocolViolated,
    ServerThrottled,
    UidValidityChanged,
    UnsafeText,
)
from mailkit.folders import find_sent_folder, list_sent_folders
from mailkit.imap_bodystructure import read_structure
from mailkit.imap_client import ImapClient, folder_word, open_connection
from mailkit.imap_connection import MAX_LITERAL_BYTES, SESSION_SECONDS, imap_quoted, imap_safe
from mailkit.imap_errors import translated
from mailkit.imap_fetch import Items, flags_of, number_of, read_uid_set, received_at_of
from mailkit.imap_protocol import ImapSession
from mailkit.imap_statuses import read_selected, read_statuses
from mailkit.mime_headers import header_values
from mailkit.mime_parts import decode_transfer
from mailkit.network import Resolver, tls_context
from mailkit.types import (
    FetchedMessage,
    FolderChanges,
    FolderStatus,
    Login,
    RemoteFolder,
    RemoteHead,
    RemoteMessage,
    RemotePart,
    ServerAddress,
)

__all__ = [
    "ImapSession",
    "find_sent_folder",
    "imap_safe",
    "list_sent_folders",
    "open_connection",
    "open_imap",
    "tls_context",
]

# A line holds a million bytes: ten digits and a space for each UID of a window stay well below.
UID_WINDOW = 50_000
_MAX_WINDOWS = 2_000
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UIDS_PER_COMMAND = 500  # servers need take no command line over 8,192 bytes
MAX_VANISHED = 200_000  # UIDs that are kept as numbers; a server may name four thousand millions in ten bytes
_PART = r"[1-9]\d{0,3}(?:\.[1-9]\d{0,3}){0,60}"
_PART_NUMBER = re.compile(_PART, re.ASCII)
_SECTION = re.compile(rf"(?:{_PART}(?:\.(?:MIME|HEADER|TEXT))?|HEADER|TEXT)?", re.ASCII)
_FLAG = re.compile(r"\\?[A-Za-z0-9$_.-]{1,100}", re.ASCII)
_APPENDUID = re.compile(rb"\[APPENDUID \d+ (\d+)\]", re.IGNORECASE)
_BRACKETED = re.compile(rb"\([^()]*+\)")
_STATUS_ITEMS = "UIDVALIDITY UIDNEXT MESSAGES"
_ADDRESS_FIELDS = ("from", "to", "cc")


def open_imap(  # noqa: PLR0913  (all by name, and passed on)
    server: ServerAddress,
    login: Login,
    *,
    connect_seconds: float,
    read_seconds: float,
    tls: ssl.SSLContext,
    resolve: Resolver,
    seconds: float = SESSION_SECONDS,
) -> ImapSession:
    """Connect and sign in; then all has to be done within so many `seconds`. The step at which it failed is in the
    error: dns, connect, tls or login.
    """
    client, capabilities = open_connection(
        server,
        login,
        connect_seconds=connect_seconds,
        read_seconds=read_seconds,
        tls=tls,
        resolve=resolve,
        seconds=seconds,
    )
    return _Session(client, capabilities)


class _Session:
    """ImapSession over an ImapClient."""

    def __init__(self, client: ImapClient, capabilities: frozenset[str]) -> None:
        self._client = client
        self._connection = client.connection
        self.capabilities = capabilities
        self._examined = FolderStatus(0, 1, 0)  # how far list_uids has to look
        self._has_qresync = False
        self._has_fetched = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            with suppress(MailError), translated("connect"):
                self._connection.say_goodbye()
        self._client.hang_up()

    @contextmanager
    def _speaking(self, *, about_folder: bool = False) -> Iterator[None]:
        """Errors become ours. After one that leaves unread bytes nobody may speak on: they would be taken for the
        answer to another command.
        """
        try:
            with translated("folders", about_folder=about_folder):
                yield
        except (ConnectionFailed, ProtocolViolated):
            self._client.hang_up()
            raise

    def list_folders(self) -> list[RemoteFolder]:
        with self._speaking():
            return [
                RemoteFolder(
                    name=str(name),
                    flags=frozenset(flag.decode("ascii", "replace") for flag in flags),
                    delimiter=(delimiter or b"").decode("ascii", "replace"),
                )
                for flags, delimiter, name in self._client.list_folders()
            ]

    def folder_status(self, folder: str) -> FolderStatus:
        return self.folder_statuses([folder])[0]

    def folder_statuses(self, folders: Sequence[str]) -> list[FolderStatus]:
        names = [folder_word(folder) for folder in folders]
        items = f"({_STATUS_ITEMS} HIGHESTMODSEQ)" if "CONDSTORE" in self.capabilities else f"({_STATUS_ITEMS})"
        with self._speaking(about_folder=True):
            return read_statuses(self._connection.ask_statuses(names, items), folders)

    def examine(self, folder: str) -> FolderStatus:
        self._enable_qresync()
        self._examined = self._open(folder, is_read_only=True)
        return self._examined

    def _open(self, folder: str, *, is_read_only: bool) -> FolderStatus:
        name = folder_word(folder)
        with self._speaking(about_folder=True):
            kind, lines = self._connection.select(name, is_read_only)  # type: ignore[arg-type]  # the stubs know text
            if kind != "OK":
                raise self._connection.error(lines[-1])
            status = read_selected(self._connection.untagged_responses)
        return status or self.folder_status(folder)

    def _enable_qresync(self) -> None:
        """From here on the server says VANISHED instead of EXPUNGE; possible before the first folder is opened only."""
        if self._has_qresync or self._connection.state != "AUTH" or not {"QRESYNC", "ENABLE"} <= self.capabilities:
            return
        with self._speaking():
            self._has_qresync = self._connection.enable_extension("QRESYNC")

    def list_uids(self, *, after: int = 0, before: int | None = None, since: datetime | None = None) -> list[int]:
        found: set[int] = set()
        for first, last in self._windows(after + 1, before):
            found.update(self._search(f"UID {first}:{last}{_since(since)}"))
        # "n:*" gives the last letter even when its UID is below n (RFC 9051 section 6.4.8), hence the filter.
        return sorted(uid for uid in found if after < uid and (before is None or uid < before))

    def _windows(self, first: int, before: int | None) -> Iterator[tuple[int, int | str]]:
        """Spans of UIDs, none with more letters than a line can name; without `before` the last is open, for letters
        that came after the folder was opened.
        """
        last = self._examined.uidnext - 1 if before is None else before - 1
        size = max(UID_WINDOW, (last - first) // _MAX_WINDOWS)
        while self._examined.messages > UID_WINDOW and first + size <= last:
            yield first, first + size - 1
            first += size
        if before is None:
            yield first, "*"
        elif first <= last:
            yield first, last

    def still_there(self, uids: Sequence[int]) -> set[int]:
        found: set[int] = set()
        for batch in _batches(uids):
            found.update(self._search(f"UID {_uid_set(batch)}"))
        return found.intersection(uids)

    def _search(self, criteria: str) -> list[int]:
        with self._speaking():
            self._connection.take_told("SEARCH")
            kind, lines = self._connection.uid("SEARCH", criteria)
            if kind != "OK":
                raise self._connection.error(lines[-1])
            # Servers may answer in several lines, in none, and add "(MODSEQ 5)".
            return [number_of(word) for line in lines if line for word in _BRACKETED.sub(b"", line).split()]

    def fetch_changes(self, *, since: int, up_to: int) -> FolderChanges:
        if "CONDSTORE" not in self.capabilities and "QRESYNC" not in self.capabilities:
            raise ProtocolViolated("The server does not keep count of changes", step="folders")
        if up_to < 1:
            return FolderChanges({}, frozenset())
        modifier = f"(CHANGEDSINCE {max(1, since)}{' VANISHED' if self._has_qresync else ''})"
        with self._speaking():
            self._connection.take_told("VANISHED")
            answers = self._connection.fetch_uids(f"1:{up_to}", "(FLAGS)", modifier).by_uid()
            sets = [line.removeprefix(b"(EARLIER)").strip() for line in self._connection.take_told("VANISHED")]
            vanished = read_uid_set(sets, up_to=up_to, limit=MAX_VANISHED) if self._has_qresync else None
        flags = {uid: flags_of(got) for uid, got in answers.items() if uid <= up_to and b"FLAGS" in got}
        return FolderChanges(flags, vanished)

    def fetch_headers(self, uids: Sequence[int]) -> list[RemoteMessage]:
        answers = self._fetch(uids, "RFC822.SIZE", "INTERNALDATE", "FLAGS")
        return [
            RemoteMessage(uid, number_of(got[b"RFC822.SIZE"]), received_at_of(got), flags_of(got))
            for uid, got in answers
            if b"RFC822.SIZE" in got
        ]

    def fetch_heads(self, uids: Sequence[int]) -> Iterator[RemoteHead]:
        for uid, got in self._fetch(uids, "RFC822.SIZE", "INTERNALDATE", "FLAGS", "BODY.PEEK[HEADER]"):
            head = got.get(b"BODY[HEADER]")
            if isinstance(head, bytes) and b"RFC822.SIZE" in got:
                yield RemoteHead(uid, number_of(got[b"RFC822.SIZE"]), received_at_of(got), flags_of(got), head)

    def fetch_messages(self, uids: Sequence[int]) -> Iterator[FetchedMessage]:
        self._heed_throttling()
        answers = self._fetch_once(uids, "INTERNALDATE", "FLAGS", "BODY.PEEK[]")
        for uid in uids:
            got = answers.pop(uid, {})  # popped: each letter is freed when the caller has done with it
            raw = got.get(b"BODY[]")
            if isinstance(raw, bytes):
                yield FetchedMessage(uid=uid, received_at=received_at_of(got), flags=flags_of(got), raw=raw)

    def _heed_throttling(self) -> None:
        """A server that asks us to slow down, and still does as it is told, gives one batch of letters a visit: so the
        mailbox goes on, and the server has its rest.
        """
        if self._connection.throttled and self._has_fetched:
            reply = self._connection.throttled.decode("ascii", "replace")[:500]
            raise ServerThrottled("The server asks us to slow down", step="folders", reply=reply)
        self._has_fetched = True

    def fetch_flags(self, uids: Sequence[int]) -> dict[int, frozenset[str]]:
        return {uid: flags_of(got) for uid, got in self._fetch(uids, "FLAGS")}

    def fetch_part(self, uid: int, section: str) -> bytes:
        if not _PART_NUMBER.fullmatch(section):
            raise UnsafeText("This is not the number of a part")
        got = self._fetch_once([uid], f"BODY.PEEK[{section}.MIME]", f"BODY.PEEK[{section}]").get(uid, {})
        body = got.get(f"BODY[{section}]".encode())
        if not isinstance(body, bytes):
            raise MessageGone("The letter or the part is no longer on the server", step="folders")
        headers = got.get(f"BODY[{section}.MIME]".encode()) or b""
        encoding = header_values(headers, "content-transfer-encoding")
        return decode_transfer(body, encoding[0] if encoding else "")

    def fetch_structure(self, uid: int) -> RemotePart:
        with self._speaking():
            answers = self._connection.fetch_uids(str(int(uid)), "(BODYSTRUCTURE)")
        got = answers.by_uid().get(uid, {})
        if b"BODYSTRUCTURE" not in got:
            raise MessageGone("The letter is no longer on the server", step="folders")
        return read_structure(got[b"BODYSTRUCTURE"])

    def fetch_section(self, uid: int, section: str, *, start: int = 0, count: int | None = None) -> bytes:
        if not _SECTION.fullmatch(section) or start < 0 or (count is not None and count < 1):
            raise UnsafeText("This is not a section of a letter")
        is_whole = not start and count is None
        span = "" if is_whole else f"<{start}.{MAX_LITERAL_BYTES if count is None else count}>"
        got = self._fetch_once([uid], f"BODY.PEEK[{section}]{span}").get(uid, {})
        name = next((name for name in got if name.startswith(f"BODY[{section}]".encode())), None)
        if name is None or (got[name] is None and not start):
            raise MessageGone("The letter or the part is no longer on the server", step="folders")
        body = got[name] or b""
        # A server that overlooks the span sends all, and does not say where it begins.
        return body if is_whole or name.endswith(b">") else body[start:][:count]

    def find_by_message_id(self, message_id: str) -> list[int]:
        wanted = imap_safe(message_id).strip()
        if not wanted or not wanted.isascii():  # the field is ASCII (RFC 5322 section 3.6.4); our reader decodes none
            return []
        candidates = sorted(self._search(f"HEADER Message-ID {imap_quoted(wanted)}"))
        # Servers look for a part of the value, "1@x" in "<11@x.example>" too.
        found = self._fetch(candidates, "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]")
        return [uid for uid, got in found if wanted in _message_ids(got)]

    def find_by_address(self, address: str) -> list[int]:
        wanted = email_key(imap_safe(address))
        if not wanted or not wanted.isascii():
            return []
        word = imap_quoted(wanted)
        candidates = sorted(self._search(f"OR OR FROM {word} TO {word} CC {word}"))[-UIDS_PER_COMMAND:]
        # Servers look for a part of the field: the address of another, or a name.
        found = self._fetch(candidates, "BODY.PEEK[HEADER.FIELDS (FROM TO CC)]")
        return [uid for uid, got in found if wanted in _addresses(got)]

    def append(self, folder: str, raw: bytes, *, flags: Sequence[str], received_at: datetime) -> int | None:
        if not all(_FLAG.fullmatch(flag) for flag in flags):
            raise UnsafeText("This is not a flag")
        with self._speaking(about_folder=True):
            answer = self._client.append(imap_safe(folder), raw, flags=flags, msg_time=received_at)
        found = _APPENDUID.search(answer or b"")
        return int(found[1]) if found else None

    def remove(self, folder: str, uids: Sequence[int], *, uidvalidity: int) -> bool:
        status = self._open(folder, is_read_only=False)
        if status.uidvalidity != uidvalidity:
            self.examine(folder)
            raise UidValidityChanged("The folder's letters have other numbers now", step="folders")
        can_expunge = "UIDPLUS" in self.capabilities
        with self._speaking():
            for batch in _batches(uids):
                self._write("STORE", _uid_set(batch), "+FLAGS.SILENT", "(\\Deleted)")
                if can_expunge:  # never a plain EXPUNGE, nor CLOSE: they remove what others have flagged
                    self._write("EXPUNGE", _uid_set(batch))
        self.examine(folder)
        return can_expunge

    def _write(self, *words: str) -> None:
        kind, lines = self._connection.uid(*words)
        if kind != "OK":
            raise self._connection.error(lines[-1])

    def _fetch(self, uids: Sequence[int], *items: str) -> Iterator[tuple[int, Items]]:
        for batch in _batches(uids):
            answers = self._fetch_once(batch, *items)
            yield from ((uid, answers[uid]) for uid in batch if uid in answers)

    def _fetch_once(self, uids: Sequence[int], *items: str) -> dict[int, Items]:
        """One command. UIDs that nobody asked for are left out."""
        if not uids:
            return {}
        with self._speaking():
            answers = self._connection.fetch_uids(_uid_set(uids), f"({' '.join(items)})").by_uid()
        return {uid: answers[uid] for uid in uids if uid in answers}


def _batches(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(uids), UIDS_PER_COMMAND):
        yield uids[start : start + UIDS_PER_COMMAND]


def _uid_set(uids: Sequence[int]) -> str:
    """As the protocol writes it, neighbors as a span: `4:7,9`."""
    spans: list[tuple[int, int]] = []
    for uid in sorted({int(uid) for uid in uids}):
        if spans and spans[-1][1] == uid - 1:
            spans[-1] = spans[-1][0], uid
        else:
            spans.append((uid, uid))
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in spans)


def _since(since: datetime | None) -> str:
    if since is None:
        return ""
    day = since.astimezone(UTC)
    # Not strftime: its names of months are those of the locale.
    return f" SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}"


def _message_ids(items: Items) -> list[str]:
    return [value.strip().strip("<>") for value in header_values(_header_fields(items), "message-id")]


def _addresses(items: Items) -> set[str]:
    fields = _header_fields(items)
    values = [value for name in _ADDRESS_FIELDS for value in header_values(fields, name)]
    return {email_key(address.email) for value in values for address in parse_address_list(value)}


def _header_fields(items: Items) -> bytes:
    field = next((value for name, value in items.items() if name.startswith(b"BODY[HEADER.FIELDS")), None)
    return field if isinstance(field, bytes) else b""
