"""A letter that could not be read is kept raw, shown, and tried again; the others go on (G14)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mailboxes import leases
from mailkit.errors import LetterUnreadable
from mailkit.letter_reader import read_letter
from mailkit.types import ReadLetter
from sync.quarantine import list_outdated, retry_now
from tests.sync.conftest import USER, Office
from tests.sync.letters import letter
from threads.models import FolderEntry, Message, QuarantinedLetter
from threads.raw_store import read_raw

BAD = letter(13, subject="Bad luck")


@pytest.fixture
def cannot_read(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A reader that fails on BAD, until it is called: then it has learnt to read."""

    def read(raw: bytes, *, size: int | None = None) -> ReadLetter:
        if b"Bad luck" in raw:
            raise LetterUnreadable("no", reason="too_slow", detail="TimeoutError")
        return read_letter(raw, size=size)

    def learn() -> None:
        monkeypatch.setattr("sync.quarantine.read_safely", read_letter)
        monkeypatch.setattr("sync.reading.read_safely", read_letter)

    monkeypatch.setattr("sync.reading.read_safely", read)
    monkeypatch.setattr("sync.quarantine.read_safely", read)
    return learn


@pytest.fixture
def set_aside(settled_office: Office, cannot_read: Callable[[], None]) -> QuarantinedLetter:
    settled_office.server.deliver(USER, BAD)
    settled_office.deliver(14)
    settled_office.visit()
    return QuarantinedLetter.objects.get()


@pytest.mark.rule("G14", "G13")
def test_it_is_kept_whole_and_told_and_the_next_letter_is_filed(
    settled_office: Office, set_aside: QuarantinedLetter
) -> None:
    assert (set_aside.reason, set_aside.detail) == ("too_slow", "TimeoutError")
    assert (set_aside.subject, set_aside.from_address) == ("Bad luck", "carol@client.example")
    assert set_aside.message_id_header == "letter-13@client.example"
    assert read_raw(set_aside.raw_name) == BAD
    assert set_aside.entry.outcome == FolderEntry.Outcome.FAILED
    assert "Order 14" in settled_office.subjects
    settled_office.visit()
    assert settled_office.commands() == ["open", "folder_statuses"]


@pytest.mark.rule("G14")
def test_a_retry_that_fails_is_counted(settled_office: Office, set_aside: QuarantinedLetter) -> None:
    assert retry_now(set_aside.pk, connect=settled_office.connect)
    set_aside.refresh_from_db()
    assert set_aside.try_count == 2
    assert "Bad luck" not in settled_office.subjects


@pytest.mark.rule("G14")
def test_a_retry_that_succeeds_files_it_in_its_place(
    settled_office: Office, set_aside: QuarantinedLetter, cannot_read: Callable[[], None]
) -> None:
    cannot_read()
    assert retry_now(set_aside.pk, connect=settled_office.connect)
    assert not QuarantinedLetter.objects.exists()
    message = Message.objects.get(subject="Bad luck")
    place = FolderEntry.objects.get(message=message)
    assert (place.pk, place.outcome) == (set_aside.entry_id, FolderEntry.Outcome.IMPORTED)


def test_a_letter_whose_bytes_never_came_is_fetched(
    settled_office: Office, set_aside: QuarantinedLetter, cannot_read: Callable[[], None]
) -> None:
    cannot_read()
    QuarantinedLetter.objects.update(raw_name="")
    assert retry_now(set_aside.pk, connect=settled_office.connect)
    assert "Bad luck" in settled_office.subjects


def test_it_waits_while_somebody_works_on_the_mailbox(settled_office: Office, set_aside: QuarantinedLetter) -> None:
    lease = leases.claim(settled_office.mailbox.pk)
    assert lease is not None
    assert retry_now(set_aside.pk, connect=settled_office.connect) is False
    leases.release(lease)
    assert retry_now(set_aside.pk, connect=settled_office.connect) is True


@pytest.mark.rule("G14")
def test_after_an_upgrade_what_the_old_reader_failed_on_is_found(set_aside: QuarantinedLetter) -> None:
    assert list_outdated(10) == []
    QuarantinedLetter.objects.update(reader_version=0)
    assert list_outdated(10) == [(set_aside.account_id, set_aside.pk)]


@pytest.mark.rule("G14")
def test_the_letter_that_kills_its_worker_is_passed_over_at_the_third_start(
    settled_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Marked before it is read: whoever dies over it leaves the mark."""
    settled_office.server.deliver(USER, BAD)
    settled_office.deliver(14)

    class Killed(BaseException):
        pass

    def die(raw: bytes, *, size: int | None = None) -> ReadLetter:
        if b"Bad luck" in raw:
            raise Killed
        return read_letter(raw, size=size)

    monkeypatch.setattr("sync.reading.read_safely", die)
    for _ in range(3):
        with pytest.raises(Killed):
            settled_office.visit()
        settled_office.break_down()
    settled_office.visit()
    assert "Order 14" in settled_office.subjects
    assert QuarantinedLetter.objects.get().reason == QuarantinedLetter.Reason.CRASHED
    assert settled_office.mailbox.crash_count == 0
