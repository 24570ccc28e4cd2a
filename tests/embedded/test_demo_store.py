"""The demo mail server forgets nothing: a CRM that comes back after a restart finds the folders as it knew them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from pymap.backend.dict.mailbox import Message
from pymap.flags import FlagOp
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Flagged, Seen

from crm_mail.embedded.demo_store import KeptFolder, KeptMailbox

T = TypeVar("T")
AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[Callable[[KeptMailbox], Awaitable[T]]], T]:
    """Runs a story on the mailbox, each time as after a start of the server."""

    def run(story: Callable[[KeptMailbox], Awaitable[T]]) -> T:
        async def main() -> T:
            return await story(KeptMailbox(tmp_path))

        return asyncio.run(main())

    return run


async def folder(mailbox: KeptMailbox, name: str = "INBOX") -> KeptFolder:
    found = await mailbox.get_mailbox(name)
    assert isinstance(found, KeptFolder)
    return found


async def append(mailbox: KeptMailbox, subject: str) -> Message:
    inbox = await folder(mailbox)
    return await inbox.append(AppendMessage(f"Subject: {subject}\r\n\r\nпривет\r\n".encode(), AT, frozenset({Seen})))


async def facts(mailbox: KeptMailbox, name: str = "INBOX") -> tuple[object, ...]:
    where = await folder(mailbox, name)
    shot = await where.snapshot()
    letters = [(m.uid, m.internal_date, m.permanent_flags, m.email_id) async for m in where.messages()]
    return shot.uid_validity, shot.next_uid, shot.mailbox_id, letters


def test_uids_flags_dates_and_ids_survive_a_restart(opened: Callable[..., tuple[object, ...]]) -> None:
    async def write(mailbox: KeptMailbox) -> tuple[object, ...]:
        first, second, third = [await append(mailbox, text) for text in ("one", "two", "three")]
        inbox = await folder(mailbox)
        await inbox.update(first.uid, first, frozenset({Flagged}), FlagOp.ADD)
        await inbox.delete([second.uid])
        await inbox.move(third.uid, await folder(mailbox, "Trash"))
        return await facts(mailbox)

    before = opened(write)
    assert opened(facts) == before


def test_a_deleted_newest_uid_is_not_given_again(opened: Callable[..., int]) -> None:
    async def write(mailbox: KeptMailbox) -> int:
        message = await append(mailbox, "short-lived")
        await (await folder(mailbox)).delete([message.uid])
        return message.uid

    async def write_again(mailbox: KeptMailbox) -> int:
        return (await append(mailbox, "later")).uid

    gone = opened(write)
    assert opened(write_again) > gone


def test_moved_and_copied_letters_are_there_after_a_restart(opened: Callable[..., int]) -> None:
    async def write(mailbox: KeptMailbox) -> int:
        message = await append(mailbox, "wanted twice")
        await (await folder(mailbox)).copy(message.uid, await folder(mailbox, "Trash"))
        await (await folder(mailbox)).move(message.uid, await folder(mailbox, "Sent"))
        return message.uid

    async def counts(mailbox: KeptMailbox) -> list[int]:
        return [(await (await folder(mailbox, name)).snapshot()).exists for name in ("INBOX", "Sent", "Trash")]

    opened(write)
    assert opened(counts) == [0, 1, 1]


def test_folders_are_kept_with_their_names(opened: Callable[..., set[str]]) -> None:
    async def write(mailbox: KeptMailbox) -> set[str]:
        await mailbox.add_mailbox("Проекты/Один")
        await mailbox.rename_mailbox("Проекты/Один", "Два")
        await mailbox.delete_mailbox("Drafts")
        return set()

    async def names(mailbox: KeptMailbox) -> set[str]:
        return {entry.name for entry in (await mailbox.list_mailboxes()).list()}

    opened(write)
    assert opened(names) == {"INBOX", "Sent", "Trash", "Два"}


def test_the_rest_of_a_crash_is_not_taken_for_a_letter(opened: Callable[..., int], tmp_path: Path) -> None:
    async def count(mailbox: KeptMailbox) -> int:
        return (await (await folder(mailbox)).snapshot()).exists

    opened(count)
    (tmp_path / "INBOX" / "999.eml").write_bytes(b"Subject: half")
    assert opened(count) == 0
