"""The demo mail server's memory, kept on disk: a folder here is pymap's, plus one file a letter and an index.

UIDVALIDITY, UIDs and ids survive a restart, so the CRM's next sync finds what it knows.
"""

import json
import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, unquote

from pymap.backend.dict.mailbox import MailboxData, MailboxSet, Message, _ContentCache, _ThreadCache
from pymap.flags import FlagOp
from pymap.interfaces.message import CachedMessage
from pymap.mime import MessageContent
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import ObjectId
from pymap.parsing.specials.flag import Flag

from crm_mail.embedded.state import write_private

INBOX = "INBOX"
FOLDERS = ("Sent", "Drafts", "Trash")


class KeptFolder(MailboxData):
    """A letter is written before the index that names it; a file that no index names is the rest of a crash."""

    def __init__(self, content_cache: _ContentCache, thread_cache: _ThreadCache, place: Path) -> None:
        super().__init__(content_cache, thread_cache)
        self.place = place
        place.mkdir(parents=True, exist_ok=True)
        if self.index_file.exists():
            self.load()
        else:
            self.keep()

    @property
    def index_file(self) -> Path:
        return self.place / "index.json"

    def letter_file(self, uid: int) -> Path:
        return self.place / f"{uid}.eml"

    def load(self) -> None:
        index = json.loads(self.index_file.read_text())
        self._uid_validity = index["uid_validity"]
        self._mailbox_id = ObjectId(index["mailbox_id"].encode())
        self._max_uid = index["max_uid"]
        for uid, noted in index["letters"].items():
            self.load_letter(int(uid), noted)
        self._mod_sequences.update(self._messages)

    def load_letter(self, uid: int, noted: dict[str, Any]) -> None:
        self._messages[uid] = Message(
            uid,
            datetime.fromisoformat(noted["at"]),
            frozenset(Flag(flag.encode()) for flag in noted["flags"]),
            email_id=ObjectId(noted["email_id"].encode()),
            thread_id=ObjectId(noted["thread_id"].encode()),
            content=MessageContent.parse(self.letter_file(uid).read_bytes()),
        )

    def keep(self) -> None:
        letters = {
            uid: {
                "at": message.internal_date.isoformat(),
                "flags": sorted(flag.value.decode() for flag in message.permanent_flags),
                "email_id": message.email_id.value.decode(),
                "thread_id": message.thread_id.value.decode(),
            }
            for uid, message in self._messages.items()
        }
        index = {
            "uid_validity": self._uid_validity,
            "mailbox_id": self._mailbox_id.value.decode(),
            "max_uid": self._max_uid,
        }
        write_private(self.index_file, json.dumps({**index, "letters": letters}))

    def adopt(self, uid: int, source: Path) -> None:
        shutil.copyfile(source, self.letter_file(uid))
        self.keep()

    async def append(self, append_msg: AppendMessage, *, recent: bool = False) -> Message:
        message = await super().append(append_msg, recent=recent)
        self.letter_file(message.uid).write_bytes(append_msg.literal)
        self.keep()
        return message

    async def copy(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        new_uid = await super().copy(uid, destination, recent=recent)
        if new_uid is not None:
            cast(KeptFolder, destination).adopt(new_uid, self.letter_file(uid))
        return new_uid

    async def move(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        new_uid = await super().move(uid, destination, recent=recent)
        if new_uid is not None:
            cast(KeptFolder, destination).adopt(new_uid, self.letter_file(uid))
            self.forget([uid])
        return new_uid

    async def update(self, uid: int, cached_msg: CachedMessage, flag_set: frozenset[Flag], mode: FlagOp) -> Message:
        message = await super().update(uid, cached_msg, flag_set, mode)
        self.keep()
        return message

    async def delete(self, uids: Iterable[int]) -> None:
        gone = list(uids)
        await super().delete(gone)
        self.forget(gone)

    def forget(self, uids: Iterable[int]) -> None:
        self.keep()
        for uid in uids:
            self.letter_file(uid).unlink(missing_ok=True)


class KeptMailbox(MailboxSet):
    """All folders of one person, each in a directory that is named after it."""

    def __init__(self, place: Path) -> None:
        super().__init__()
        self.place = place
        self._inbox = self.folder(INBOX)
        kept = {unquote(path.name) for path in place.iterdir()} - {INBOX}
        for name in sorted(kept | (set() if kept else set(FOLDERS))):
            self._set[name] = self.folder(name)

    def folder(self, name: str) -> KeptFolder:
        return KeptFolder(self._content_cache, self._thread_cache, self.place / quote(name, safe=""))

    async def add_mailbox(self, name: str) -> ObjectId:
        if name in self._set:
            raise ValueError(name)
        self._set[name] = folder = self.folder(name)
        return folder.mailbox_id

    async def delete_mailbox(self, name: str) -> None:
        await super().delete_mailbox(name)
        shutil.rmtree(self.place / quote(name, safe=""))

    async def rename_mailbox(self, before: str, after: str) -> None:
        await super().rename_mailbox(before, after)
        for name, folder in self._set.items():
            place = self.place / quote(name, safe="")
            if isinstance(folder, KeptFolder) and folder.place != place:
                folder.place.rename(place)
                folder.place = place
        if not isinstance(self._inbox, KeptFolder):  # renaming INBOX leaves a new, empty one (RFC 3501 6.3.5)
            self._inbox = self.folder(INBOX)
