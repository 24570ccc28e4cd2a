"""A mail server in memory that implements mailkit.imap_session.ImapSession; the contract tests keep it honest.

server = FakeServer()
server.deliver("alice", raw)
server.fail_next("fetch_messages", ConnectionFailed("cut"), after=2)   # two letters, then the cut
with server.open("alice") as session: ...
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from mailkit.addresses import email_key, parse_address_list
from mailkit.errors import (
    ConnectionFailed,
    FolderGone,
    MailError,
    MessageGone,
    PermanentMailError,
    ProtocolViolated,
    UidValidityChanged,
    UnsafeText,
)
from mailkit.imap_session import imap_safe
from mailkit.mime_headers import header_values
from mailkit.mime_parts import decode_transfer
from mailkit.types import (
    FetchedMessage,
    FolderChanges,
    FolderStatus,
    Login,
    RemoteFolder,
    RemoteHead,
    RemoteMessage,
    RemotePart,
    Secret,
)
from tests.servers.fake_parts import section_of, structure_of

_SECTION = re.compile(r"(?:[1-9]\d*(?:\.[1-9]\d*)*(?:\.(?:MIME|HEADER|TEXT))?|HEADER|TEXT)?", re.ASCII)


@dataclass(frozen=True)
class StoredLetter:
    """A letter in a folder of the fake."""

    uid: int
    raw: bytes = field(repr=False)
    received_at: datetime
    flags: frozenset[str]
    modseq: int = 1


@dataclass
class FakeFolder:
    """A folder of the fake: letters by UID, and what STATUS says."""

    name: str
    flags: frozenset[str] = frozenset()
    uidvalidity: int = 1000
    uidnext: int = 1
    modseq: int = 1
    letters: dict[int, StoredLetter] = field(default_factory=dict)
    vanished: dict[int, int] = field(default_factory=dict)  # UID to the modseq at which it went

    def add(self, raw: bytes, received_at: datetime, flags: frozenset[str]) -> int:
        uid = self.uidnext
        self.uidnext += 1
        self.modseq += 1
        self.letters[uid] = StoredLetter(uid, raw, received_at, flags, self.modseq)
        return uid

    def flag(self, uid: int, flags: frozenset[str]) -> None:
        self.modseq += 1
        self.letters[uid] = replace(self.letters[uid], flags=flags, modseq=self.modseq)

    def expunge(self, uid: int) -> None:
        del self.letters[uid]
        self.modseq += 1
        self.vanished[uid] = self.modseq

    def status(self, *, has_condstore: bool) -> FolderStatus:
        modseq = self.modseq if has_condstore else None
        return FolderStatus(self.uidvalidity, self.uidnext, len(self.letters), modseq)


@dataclass
class _Failure:
    method: str
    error: MailError
    after: int  # calls (for fetch_messages: letters) that still go well


class FakeServer:
    """Users come into being when they are named. All changes are those that another program would make."""

    host = "fake.test"
    password = "any"

    def __init__(
        self, capabilities: Sequence[str] = ("IMAP4REV1", "UIDPLUS", "SPECIAL-USE", "CONDSTORE", "QRESYNC")
    ) -> None:
        """Without a word in `capabilities` the server cannot do it: CONDSTORE, QRESYNC, UIDPLUS."""
        self.capabilities = frozenset(capabilities)
        self.calls: list[tuple[str, ...]] = []  # (method, arguments as text), all sessions together
        self.on_call: Callable[[str], None] = lambda method: None  # a test may change the world in the middle
        self._users: dict[str, dict[str, FakeFolder]] = {}
        self._failures: list[_Failure] = []
        self._created = 0

    def new_user(self) -> str:
        return f"user-{len(self._users) + 1}@fake.test"

    def login(self, user: str) -> Login:
        return Login(user, Secret(self.password))

    def folders(self, user: str) -> dict[str, FakeFolder]:
        if user not in self._users:
            self._users[user] = {}
            self.create_folder(user, "INBOX")
            self.create_folder(user, "Sent", flags=frozenset({"\\Sent"}))
        return self._users[user]

    def create_folder(self, user: str, folder: str, *, flags: frozenset[str] = frozenset()) -> None:
        self._created += 1
        self.folders(user)[folder] = FakeFolder(folder, flags, uidvalidity=1000 + self._created)

    def delete_folder(self, user: str, folder: str) -> None:
        del self.folders(user)[folder]

    def deliver(
        self, user: str, raw: bytes, folder: str = "INBOX", *, received_at: datetime | None = None, flags: str = ""
    ) -> int:
        return self.folders(user)[folder].add(raw, received_at or datetime.now(UTC), frozenset(flags.split()))

    def expunge(self, user: str, uid: int, folder: str = "INBOX") -> None:
        self.folders(user)[folder].expunge(uid)

    def set_flags(self, user: str, uid: int, flags: str, folder: str = "INBOX") -> None:
        self.folders(user)[folder].flag(uid, frozenset(flags.split()))

    def renew_uidvalidity(self, user: str, folder: str = "INBOX", *, keep_letters: bool = False) -> None:
        """All UIDs become worthless; with `keep_letters` the same letters get new ones."""
        old = self.folders(user)[folder]
        self.create_folder(user, folder, flags=old.flags)
        for letter in old.letters.values() if keep_letters else ():
            self.folders(user)[folder].add(letter.raw, letter.received_at, letter.flags)

    def fail_next(self, method: str, error: MailError, *, after: int = 0) -> None:
        """Raise once in `method` ("open" for signing in), after that many calls, or letters of fetch_messages."""
        self._failures.append(_Failure(method, error, after))

    def open(self, user: str) -> FakeSession:
        self.note("open", user)
        return FakeSession(self, user)

    def note(self, method: str, *arguments: object) -> None:
        """Record a call, let the test interfere, and fail if the test asked for it."""
        self.calls.append((method, *(str(argument) for argument in arguments)))
        self.on_call(method)
        self.count(method)

    def count(self, method: str) -> None:
        for failure in self._failures:
            if failure.method == method:
                failure.after -= 1
                if failure.after < 0:
                    self._failures.remove(failure)
                    raise failure.error
                return


class FakeSession:
    """ImapSession over the folders of one user."""

    def __init__(self, server: FakeServer, user: str) -> None:
        self.capabilities = server.capabilities
        self._server = server
        self._folders = server.folders(user)
        self._examined: FakeFolder | None = None
        self._is_open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_open = False

    def list_folders(self) -> list[RemoteFolder]:
        self._note("list_folders")
        return [RemoteFolder(folder.name, folder.flags, "/") for folder in self._folders.values()]

    def folder_status(self, folder: str) -> FolderStatus:
        self._note("folder_status", folder)
        return self._find(folder).status(has_condstore="CONDSTORE" in self.capabilities)

    def folder_statuses(self, folders: Sequence[str]) -> list[FolderStatus]:
        self._note("folder_statuses", *folders)
        return [self._find(folder).status(has_condstore="CONDSTORE" in self.capabilities) for folder in folders]

    def examine(self, folder: str) -> FolderStatus:
        self._note("examine", folder)
        self._examined = self._find(folder)
        return self._examined.status(has_condstore="CONDSTORE" in self.capabilities)

    def list_uids(self, *, after: int = 0, before: int | None = None, since: datetime | None = None) -> list[int]:
        self._note("list_uids", after, before, since)
        letters = self._opened().letters.values()
        found = sorted(letter.uid for letter in letters if letter.uid > after and _is_since(letter, since))
        return [uid for uid in found if before is None or uid < before]

    def still_there(self, uids: Sequence[int]) -> set[int]:
        self._note("still_there", *uids)
        return {letter.uid for letter in self._get(uids)}

    def fetch_changes(self, *, since: int, up_to: int) -> FolderChanges:
        self._note("fetch_changes", since, up_to)
        if "CONDSTORE" not in self.capabilities:
            raise ProtocolViolated("The server does not keep count of changes", step="folders")
        folder = self._opened()
        letters = [letter for letter in folder.letters.values() if letter.modseq > since and letter.uid <= up_to]
        vanished = frozenset(uid for uid, modseq in folder.vanished.items() if modseq > since and uid <= up_to)
        flags = {letter.uid: letter.flags for letter in letters}
        return FolderChanges(flags, vanished if "QRESYNC" in self.capabilities else None)

    def fetch_headers(self, uids: Sequence[int]) -> list[RemoteMessage]:
        self._note("fetch_headers", *uids)
        return [
            RemoteMessage(letter.uid, len(letter.raw), letter.received_at, letter.flags) for letter in self._get(uids)
        ]

    def fetch_heads(self, uids: Sequence[int]) -> Iterator[RemoteHead]:
        self._note("fetch_heads", *uids)
        for letter in self._get(uids):
            head = section_of(letter.raw, "HEADER") or b""
            yield RemoteHead(letter.uid, len(letter.raw), letter.received_at, letter.flags, head)

    def fetch_messages(self, uids: Sequence[int]) -> Iterator[FetchedMessage]:
        self._server.calls.append(("fetch_messages", *(str(uid) for uid in uids)))
        self._server.on_call("fetch_messages")
        self._check_open()
        for letter in self._get(uids):
            self._server.count("fetch_messages")
            yield FetchedMessage(letter.uid, letter.received_at, letter.flags, letter.raw)

    def fetch_flags(self, uids: Sequence[int]) -> dict[int, frozenset[str]]:
        self._note("fetch_flags", *uids)
        return {letter.uid: letter.flags for letter in self._get(uids)}

    def fetch_part(self, uid: int, section: str) -> bytes:
        self._note("fetch_part", uid, section)
        if not section.replace(".", "").isdigit():
            raise UnsafeText("This is not the number of a part")
        structure = structure_of(self._get_one(uid).raw)
        part = next((part for part in structure.walk() if part.section == section), None)
        body = section_of(self._get_one(uid).raw, section)
        if part is None or body is None:
            raise MessageGone("The letter or the part is no longer on the server", step="folders")
        return decode_transfer(body, part.encoding)

    def fetch_structure(self, uid: int) -> RemotePart:
        self._note("fetch_structure", uid)
        return structure_of(self._get_one(uid).raw)

    def fetch_section(self, uid: int, section: str, *, start: int = 0, count: int | None = None) -> bytes:
        self._note("fetch_section", uid, section, start, count)
        if not _SECTION.fullmatch(section):
            raise UnsafeText("This is not a section of a letter")
        body = section_of(self._get_one(uid).raw, section)
        if body is None:
            raise MessageGone("The letter or the part is no longer on the server", step="folders")
        return body[start:][:count]

    def find_by_message_id(self, message_id: str) -> list[int]:
        self._note("find_by_message_id", message_id)
        wanted = imap_safe(message_id)
        return [uid for uid, letter in sorted(self._opened().letters.items()) if wanted in _message_ids(letter.raw)]

    def find_by_address(self, address: str) -> list[int]:
        self._note("find_by_address", address)
        wanted = email_key(imap_safe(address))
        return [uid for uid, letter in sorted(self._opened().letters.items()) if wanted in _addresses(letter.raw)]

    def append(self, folder: str, raw: bytes, *, flags: Sequence[str], received_at: datetime) -> int | None:
        self._note("append", folder)
        uid = self._find(folder).add(raw, received_at.astimezone(UTC).replace(microsecond=0), frozenset(flags))
        return uid if "UIDPLUS" in self.capabilities else None

    def remove(self, folder: str, uids: Sequence[int], *, uidvalidity: int) -> bool:
        self._note("remove", folder, uidvalidity, *uids)
        place = self._examined = self._find(folder)
        if place.uidvalidity != uidvalidity:
            raise UidValidityChanged("The folder's letters have other numbers now", step="folders")
        for letter in self._get(uids):
            place.flag(letter.uid, letter.flags | {"\\Deleted"})
            if "UIDPLUS" in self.capabilities:
                place.expunge(letter.uid)
        return "UIDPLUS" in self.capabilities

    def _note(self, method: str, *arguments: object) -> None:
        self._check_open()
        self._server.note(method, *arguments)

    def _check_open(self) -> None:
        if not self._is_open:
            raise ConnectionFailed("The session is closed")

    def _find(self, folder: str) -> FakeFolder:
        found = self._folders.get(imap_safe(folder))
        if found is None:
            raise FolderGone("The folder is not on the server", step="folders")
        return found

    def _opened(self) -> FakeFolder:
        if self._examined is None:
            raise PermanentMailError("No folder is examined", step="folders")
        return self._examined

    def _get_one(self, uid: int) -> StoredLetter:
        for letter in self._get([uid]):
            return letter
        raise MessageGone("The letter is no longer on the server", step="folders")

    def _get(self, uids: Sequence[int]) -> list[StoredLetter]:
        letters = self._opened().letters
        return [letters[uid] for uid in uids if uid in letters]


def _is_since(letter: StoredLetter, since: datetime | None) -> bool:
    return since is None or letter.received_at.astimezone(UTC).date() >= since.astimezone(UTC).date()


def _message_ids(raw: bytes) -> list[str]:
    return [value.strip().strip("<>") for value in header_values(raw, "message-id")]


def _addresses(raw: bytes) -> set[str]:
    values = [value for name in ("from", "to", "cc") for value in header_values(raw, name)]
    return {email_key(address.email) for value in values for address in parse_address_list(value)}
