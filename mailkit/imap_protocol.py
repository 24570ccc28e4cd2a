"""What the house may do with a mail server, whoever plays it: mailkit.imap_session, or the fake of the tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from mailkit.types import (
    FetchedMessage,
    FolderChanges,
    FolderStatus,
    RemoteFolder,
    RemoteHead,
    RemoteMessage,
    RemotePart,
)


class ImapSession(Protocol):
    """What the rest of the house may do with a mail server. Reads change nothing: BODY.PEEK, EXAMINE (rule G06).

    Every method raises `MailError`s only. A session is one connection and belongs to one thread; after ConnectionFailed
    or ProtocolViolated it is closed, except where a method says otherwise.
    """

    capabilities: frozenset[str]

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def list_folders(self) -> list[RemoteFolder]: ...

    def folder_status(self, folder: str) -> FolderStatus:
        """STATUS without selecting. Raises FolderGone."""

    def folder_statuses(self, folders: Sequence[str]) -> list[FolderStatus]:
        """STATUS of each, in the order of `folders`, in one round trip. FolderGone when one of them is not there:
        `folder_status` tells which.
        """

    def examine(self, folder: str) -> FolderStatus:
        """Open read-only; later calls speak of this folder. Raises FolderGone."""

    def list_uids(self, *, after: int = 0, before: int | None = None, since: datetime | None = None) -> list[int]:
        """UIDs above `after` and below `before`, ascending; asked by windows, so any number of letters is all right.

        `since` narrows to letters whose INTERNALDATE is that UTC day or later (SEARCH SINCE has day precision).
        """

    def still_there(self, uids: Sequence[int]) -> set[int]:
        """Those of `uids` that the folder has: that a FETCH brings nothing does not prove that a letter is gone."""

    def fetch_changes(self, *, since: int, up_to: int) -> FolderChanges:
        """What changed among the UIDs up to `up_to` since that HIGHESTMODSEQ. ProtocolViolated without CONDSTORE; the
        session goes on then.
        """

    def fetch_headers(self, uids: Sequence[int]) -> list[RemoteMessage]:
        """Sizes, dates and flags. UIDs that are gone are left out."""

    def fetch_heads(self, uids: Sequence[int]) -> Iterator[RemoteHead]:
        """Headers of letters, in the order of `uids`. UIDs that are gone are left out."""

    def fetch_messages(self, uids: Sequence[int]) -> Iterator[FetchedMessage]:
        """Whole letters, in the order of `uids`, one command a call. UIDs that are gone are left out."""

    def fetch_flags(self, uids: Sequence[int]) -> dict[int, frozenset[str]]: ...

    def fetch_part(self, uid: int, section: str) -> bytes:
        """The decoded bytes of one part (BODY.PEEK[section], section.MIME). Raises MessageGone."""

    def fetch_structure(self, uid: int) -> RemotePart:
        """The tree of a letter's parts. Raises MessageGone, and ProtocolViolated for an answer that is no structure;
        the session goes on then.
        """

    def fetch_section(self, uid: int, section: str, *, start: int = 0, count: int | None = None) -> bytes:
        """Bytes as they are on the server, not decoded: "HEADER", "TEXT", "" (all), "1.2", "1.2.MIME", "1.2.HEADER".
        From `start`, at most `count`: fewer mean that the end is reached. Raises MessageGone; for a section that the
        letter lacks some servers send nothing instead.
        """

    def find_by_message_id(self, message_id: str) -> list[int]:
        """UIDs in the examined folder whose Message-ID is this one. The value is a stranger's."""

    def find_by_address(self, address: str) -> list[int]:
        """UIDs in the examined folder with this address in From, To or Cc; of very many the newest."""

    def append(self, folder: str, raw: bytes, *, flags: Sequence[str], received_at: datetime) -> int | None:
        """Store a letter; its UID when the server tells (UIDPLUS)."""

    def remove(self, folder: str, uids: Sequence[int], *, uidvalidity: int) -> bool:
        """Delete letters on the server (rule R10); with `append` the only writing. True: they are gone. False: the
        server cannot remove single letters (no UIDPLUS), they are flagged as deleted only. Afterwards the folder is the
        examined one. Raises UidValidityChanged before anything is written.
        """
