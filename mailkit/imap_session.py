"""One IMAP connection: the Protocol `ImapSession`; with imap_errors the only file that imports imapclient.

imapclient's traps are closed here (see docs/adr and the comments at each place): its debug log, a TLS context per
connection, ranges in fetch, CR LF in SEARCH, naive dates, IDLE on a dead connection.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Protocol, Self

from imapclient import IMAPClient
from imapclient.imapclient import SocketTimeout
from imapclient.response_parser import parse_fetch_response

from mailkit.errors import MailError, MessageGone, ProtocolViolated, TlsRefused, UnsafeText
from mailkit.folders import find_sent_folder, list_sent_folders
from mailkit.imap_connection import ImapConnection, imap_quoted, imap_safe
from mailkit.imap_errors import translated
from mailkit.mime_parts import decode_transfer, header_values
from mailkit.network import Resolver, tls_context
from mailkit.types import FetchedMessage, FolderStatus, Login, RemoteFolder, RemoteMessage, Secret, ServerAddress

__all__ = ["ImapSession", "find_sent_folder", "imap_safe", "list_sent_folders", "open_imap", "tls_context"]

# imaplib refuses lines over 1,000,000 bytes: ten digits and a space for each UID of a window stay well below.
UID_WINDOW = 50_000
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UIDS_PER_COMMAND = 500  # servers need take no command line over 8,192 bytes
_SECTION = re.compile(r"[1-9]\d{0,3}(?:\.[1-9]\d{0,3}){0,60}", re.ASCII)
_FLAG = re.compile(r"\\?[A-Za-z0-9$_.-]{1,100}", re.ASCII)
_APPENDUID = re.compile(rb"\[APPENDUID \d+ (\d+)\]", re.IGNORECASE)
_Answer = Mapping[bytes, Any]


class ImapSession(Protocol):
    """What the rest of the house may do with a mail server. Reads change nothing: BODY.PEEK, EXAMINE (rule G06).

    Every method raises `MailError`s only. A session is one connection and belongs to one thread.
    """

    capabilities: frozenset[str]

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def list_folders(self) -> list[RemoteFolder]: ...

    def folder_status(self, folder: str) -> FolderStatus:
        """STATUS without selecting. Raises FolderGone."""

    def examine(self, folder: str) -> FolderStatus:
        """Open read-only; later calls speak of this folder. Raises FolderGone."""

    def list_uids(self, *, after: int = 0, since: datetime | None = None) -> list[int]:
        """UIDs above `after`, ascending; asked by windows of UIDs, so any number of messages is all right.

        `since` narrows to letters whose INTERNALDATE is that UTC day or later (SEARCH SINCE has day precision).
        """

    def fetch_headers(self, uids: Sequence[int]) -> list[RemoteMessage]:
        """Sizes, dates and flags. UIDs that are gone are left out."""

    def fetch_messages(self, uids: Sequence[int]) -> Iterator[FetchedMessage]:
        """Whole letters, in the order of `uids`, one command a call. UIDs that are gone are left out."""

    def fetch_flags(self, uids: Sequence[int]) -> dict[int, frozenset[str]]: ...

    def fetch_part(self, uid: int, section: str) -> bytes:
        """The decoded bytes of one part (BODY.PEEK[section], section.MIME). Raises MessageGone."""

    def find_by_message_id(self, message_id: str) -> list[int]:
        """UIDs in the examined folder whose Message-ID is this one. The value is a stranger's."""

    def append(self, folder: str, raw: bytes, *, flags: Sequence[str], received_at: datetime) -> int | None:
        """Store a letter; its UID when the server tells (UIDPLUS)."""


def open_imap(
    server: ServerAddress,
    login: Login,
    *,
    connect_seconds: float,
    read_seconds: float,
    tls: ssl.SSLContext,
    resolve: Resolver,
) -> ImapSession:
    """Connect and sign in. The step at which it failed is in the error: dns, connect, tls or login."""
    username, secret = imap_safe(login.username), Secret(imap_safe(login.secret.value))
    addresses = resolve(server.host, server.port)
    connection = ImapConnection(server, addresses, connect_seconds=connect_seconds, tls=tls)
    client = _Client(connection, read_seconds)
    try:
        with translated("login"):
            client.sign_in(username, secret.value, login.mechanism)
            capabilities = frozenset(word.decode("ascii", "replace").upper() for word in client.capabilities())
    except MailError as error:
        _hang_up(client)
        raise error.without_secret(login) from None
    return _Session(client, capabilities)


def _hang_up(client: IMAPClient) -> None:
    with suppress(MailError), translated("connect"):
        client.shutdown()


class _Client(IMAPClient):  # type: ignore[misc]  # imapclient has no types
    """An IMAPClient around a connection that we made, with its traps closed."""

    def __init__(self, connection: ImapConnection, read_seconds: float) -> None:
        self._connection = connection
        super().__init__(
            connection.host,
            connection.port,
            ssl=connection.is_encrypted,
            timeout=SocketTimeout(connect=None, read=read_seconds),
        )
        # imapclient sets 5: every line and literal is then formatted for a log that must never hold mail, which also
        # takes two thirds of the time of a fetch.
        self._imap.debug = 0
        self.normalise_times = False  # else: naive dates in the zone of this machine

    def _create_IMAP4(self) -> ImapConnection:
        return self._connection

    def sign_in(self, username: str, secret: str, mechanism: str) -> None:
        """LOGIN for passwords in ASCII; AUTHENTICATE PLAIN for others, which LOGIN cannot carry everywhere."""
        if mechanism == "xoauth2":
            self.oauth2_login(username, secret)
        elif mechanism == "oauthbearer":
            self.oauthbearer_login(username, secret)
        elif b"AUTH=PLAIN" in self.capabilities() and not (username + secret).isascii():
            self.plain_login(username, secret)
        elif b"LOGINDISABLED" in self.capabilities():
            raise TlsRefused("The server takes no password on this connection", step="login")
        else:
            self.login(username, secret)


class _Session:
    """ImapSession over imapclient. FETCH is sent by ourselves: imapclient mixes up answers without UID."""

    def __init__(self, client: _Client, capabilities: frozenset[str]) -> None:
        self._client = client
        self.capabilities = capabilities
        self._uidnext = 1  # of the examined folder: how far list_uids has to look

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            with suppress(MailError), translated("connect"):
                self._client.logout()
        # After an error the connection may be dead, and waiting for a goodbye would take another time-out.
        _hang_up(self._client)

    def list_folders(self) -> list[RemoteFolder]:
        with translated("folders"):
            return [
                RemoteFolder(
                    name=str(name),
                    flags=frozenset(flag.decode("ascii", "replace") for flag in flags),
                    delimiter=(delimiter or b"").decode("ascii", "replace"),
                )
                for flags, delimiter, name in self._client.list_folders()
            ]

    def folder_status(self, folder: str) -> FolderStatus:
        words = ["UIDVALIDITY", "UIDNEXT", "MESSAGES"]
        if "CONDSTORE" in self.capabilities:
            words.append("HIGHESTMODSEQ")
        with translated("folders", about_folder=True):
            return _status(self._client.folder_status(imap_safe(folder), words), count=b"MESSAGES")

    def examine(self, folder: str) -> FolderStatus:
        with translated("folders", about_folder=True):
            answer = self._client.select_folder(imap_safe(folder), readonly=True)
        # RFC 3501 let servers leave UIDNEXT out of the answer to EXAMINE.
        status = _status(answer, count=b"EXISTS") if b"UIDNEXT" in answer else self.folder_status(folder)
        self._uidnext = status.uidnext
        return status

    def list_uids(self, *, after: int = 0, since: datetime | None = None) -> list[int]:
        found: set[int] = set()
        for first, last in _windows(after + 1, self._uidnext - 1):
            found.update(self._search(f"UID {first}:{last}{_since(since)}"))
        # "n:*" gives the last letter even when its UID is below n (RFC 9051 section 6.4.8), hence the filter.
        return sorted(uid for uid in found if uid > after)

    def _search(self, criteria: str) -> list[int]:
        with translated("folders"):
            return [int(uid) for uid in self._client.search(criteria)]

    def fetch_headers(self, uids: Sequence[int]) -> list[RemoteMessage]:
        answers = self._fetch(uids, "RFC822.SIZE", "INTERNALDATE", "FLAGS")
        return [
            RemoteMessage(uid=uid, size=int(got[b"RFC822.SIZE"]), received_at=_received_at(got), flags=_flags(got))
            for uid, got in answers
            if b"RFC822.SIZE" in got
        ]

    def fetch_messages(self, uids: Sequence[int]) -> Iterator[FetchedMessage]:
        answers = self._fetch_once(uids, "INTERNALDATE", "FLAGS", "BODY.PEEK[]")
        for uid in uids:
            got = answers.pop(uid, {})  # popped: each letter is freed when the caller has done with it
            raw = got.get(b"BODY[]")
            if isinstance(raw, bytes):
                yield FetchedMessage(uid=uid, received_at=_received_at(got), flags=_flags(got), raw=raw)

    def fetch_flags(self, uids: Sequence[int]) -> dict[int, frozenset[str]]:
        return {uid: _flags(got) for uid, got in self._fetch(uids, "FLAGS")}

    def fetch_part(self, uid: int, section: str) -> bytes:
        if not _SECTION.fullmatch(section):
            raise UnsafeText("This is not the number of a part")
        got = self._fetch_once([uid], f"BODY.PEEK[{section}.MIME]", f"BODY.PEEK[{section}]").get(uid, {})
        body = got.get(f"BODY[{section}]".encode())
        if not isinstance(body, bytes):
            raise MessageGone("The letter or the part is no longer on the server", step="folders")
        headers = got.get(f"BODY[{section}.MIME]".encode()) or b""
        encoding = header_values(headers, "content-transfer-encoding")
        return decode_transfer(body, encoding[0] if encoding else "")

    def find_by_message_id(self, message_id: str) -> list[int]:
        wanted = imap_safe(message_id).strip()
        if not wanted or not wanted.isascii():  # the field is ASCII (RFC 5322 section 3.6.4); our reader decodes none
            return []
        candidates = sorted(self._search(f"HEADER Message-ID {imap_quoted(wanted)}"))
        # Servers look for a part of the value, "1@x" in "<11@x.example>" too.
        field = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"
        return [uid for uid, got in self._fetch(candidates, field) if wanted in _message_ids(got)]

    def append(self, folder: str, raw: bytes, *, flags: Sequence[str], received_at: datetime) -> int | None:
        if not all(_FLAG.fullmatch(flag) for flag in flags):
            raise UnsafeText("This is not a flag")
        with translated("folders", about_folder=True):
            answer = self._client.append(imap_safe(folder), raw, flags=flags, msg_time=received_at)
        found = _APPENDUID.search(answer or b"")
        return int(found[1]) if found else None

    def _fetch(self, uids: Sequence[int], *items: str) -> Iterator[tuple[int, _Answer]]:
        for start in range(0, len(uids), UIDS_PER_COMMAND):
            batch = uids[start : start + UIDS_PER_COMMAND]
            answers = self._fetch_once(batch, *items)
            yield from ((uid, answers[uid]) for uid in batch if uid in answers)

    def _fetch_once(self, uids: Sequence[int], *items: str) -> dict[int, _Answer]:
        """One command. Answers are told apart by sequence number, which unsolicited ones have too; keyed by UID."""
        if not uids:
            return {}
        imap = self._client._imap  # noqa: SLF001  # imapclient's own fetch takes numbers of unsolicited answers for UIDs
        with translated("folders"):
            imap.untagged_responses.pop("FETCH", None)  # what an earlier command brought unasked
            kind, lines = imap.uid("FETCH", ",".join(str(int(uid)) for uid in uids), f"({' '.join(items)})")
            self._client._checkok("fetch", kind, lines)  # noqa: SLF001
            by_number = parse_fetch_response(lines, normalise_times=False, uid_is_key=False)
        asked = frozenset(uids)
        return {got[b"UID"]: got for got in by_number.values() if got.get(b"UID") in asked}


def _windows(first: int, last: int) -> Iterator[tuple[int, int | str]]:
    """Spans of UIDs; the last is open, for letters that came after the folder was opened."""
    while first + UID_WINDOW <= last:
        yield first, first + UID_WINDOW - 1
        first += UID_WINDOW
    yield first, "*"


def _since(since: datetime | None) -> str:
    if since is None:
        return ""
    day = since.astimezone(UTC)
    # Not strftime: its names of months are those of the locale.
    return f" SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}"


def _status(answer: _Answer, *, count: bytes) -> FolderStatus:
    try:
        uidvalidity, uidnext, messages = answer[b"UIDVALIDITY"], answer[b"UIDNEXT"], answer[count]
    except KeyError as error:
        raise ProtocolViolated("The server does not say the folder's state", step="folders") from error
    modseq = answer.get(b"HIGHESTMODSEQ")
    return FolderStatus(int(uidvalidity), int(uidnext), int(messages), int(modseq) if modseq else None)


def _flags(answer: _Answer) -> frozenset[str]:
    return frozenset(flag.decode("ascii", "replace") for flag in answer.get(b"FLAGS") or () if isinstance(flag, bytes))


def _received_at(answer: _Answer) -> datetime:
    """INTERNALDATE in UTC. Without a readable one the letter counts as new: better seen twice than never."""
    received_at = answer.get(b"INTERNALDATE")
    return received_at.astimezone(UTC) if isinstance(received_at, datetime) else datetime.now(UTC)


def _message_ids(answer: _Answer) -> list[str]:
    field = next((value for key, value in answer.items() if key.startswith(b"BODY[HEADER.FIELDS")), None)
    values = header_values(field, "message-id") if isinstance(field, bytes) else []
    return [value.strip().strip("<>") for value in values]
