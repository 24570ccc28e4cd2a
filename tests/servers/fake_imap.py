"""A mail server in memory that implements mailkit.imap_session.ImapSession; the contract tests keep it honest.

server = FakeServer()
server.deliver("alice", raw)
server.fail_next("fetch_messages", ConnectionFailed("cut"), after=2)   # two letters, then the cut
with server.open("alice") as session: ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from mailkit.errors import ConnectionFailed, FolderGone, MailError, MessageGone, PermanentMailError, UnsafeText
from mailkit.imap_session import imap_safe
from mailkit.mime_headers import header_values
from mailkit.mime_parts import PartLimits, decode_transfer, parse_parts
from mailkit.types import FetchedMessage, FolderStatus, Login, RemoteFolder, RemoteMessage, Secret


@dataclass(frozen=True)
class StoredLetter:
    """A letter in a folder of the fake."""

    uid: int
    raw: bytes = field(repr=False)
    received_at: datetime
    flags: frozenset[str]


@dataclass
class FakeFolder:
    """A folder of the fake: letters by UID, and what STATUS says."""

    name: str
    flags: frozenset[str] = frozenset()
    uidvalidity: int = 1000
    uidnext: int = 1
    modseq: int = 1
    letters: dict[int, StoredLetter] = field(default_factory=dict)

    def add(self, raw: bytes, received_at: datetime, flags: frozenset[str]) -> int:
        uid = self.uidnext
        self.letters[uid] = StoredLetter(uid, raw, received_at, flags)
        self.uidnext += 1
        self.modseq += 1
        return uid

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

    def __init__(self, capabilities: Sequence[str] = ("IMAP4REV1", "UIDPLUS", "SPECIAL-USE", "CONDSTORE")) -> None:
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
        del self.folders(user)[folder].letters[uid]
        self.folders(user)[folder].modseq += 1

    def set_flags(self, user: str, uid: int, flags: str, folder: str = "INBOX") -> None:
        place = self.folders(user)[folder]
        place.letters[uid] = replace(place.letters[uid], flags=frozenset(flags.split()))
        place.modseq += 1

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

    def examine(self, folder: str) -> FolderStatus:
        self._note("examine", folder)
        self._examined = self._find(folder)
        return self._examined.status(has_condstore="CONDSTORE" in self.capabilities)

    def list_uids(self, *, after: int = 0, since: datetime | None = None) -> list[int]:
        self._note("list_uids", after, since)
        letters = self._opened().letters.values()
        return sorted(letter.uid for letter in letters if letter.uid > after and _is_since(letter, since))

    def fetch_headers(self, uids: Sequence[int]) -> list[RemoteMessage]:
        self._note("fetch_headers", *uids)
        return [
            RemoteMessage(letter.uid, len(letter.raw), letter.received_at, letter.flags) for letter in self._get(uids)
        ]

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
        for letter in self._get([uid]):
            for part in parse_parts(letter.raw, PartLimits()).walk():
                if part.section == section:
                    return decode_transfer(letter.raw[part.start : part.end], part.encoding)
        raise MessageGone("The letter or the part is no longer on the server", step="folders")

    def find_by_message_id(self, message_id: str) -> list[int]:
        self._note("find_by_message_id", message_id)
        wanted = imap_safe(message_id)
        return [uid for uid, letter in sorted(self._opened().letters.items()) if wanted in _message_ids(letter.raw)]

    def append(self, folder: str, raw: bytes, *, flags: Sequence[str], received_at: datetime) -> int | None:
        self._note("append", folder)
        uid = self._find(folder).add(raw, received_at.astimezone(UTC).replace(microsecond=0), frozenset(flags))
        return uid if "UIDPLUS" in self.capabilities else None

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

    def _get(self, uids: Sequence[int]) -> list[StoredLetter]:
        letters = self._opened().letters
        return [letters[uid] for uid in uids if uid in letters]


def _is_since(letter: StoredLetter, since: datetime | None) -> bool:
    return since is None or letter.received_at.astimezone(UTC).date() >= since.astimezone(UTC).date()


def _message_ids(raw: bytes) -> list[str]:
    return [value.strip().strip("<>") for value in header_values(raw, "message-id")]
