"""Letters in quarantine when the server numbers its letters anew."""

from __future__ import annotations

import pytest

from mailkit.errors import LetterUnreadable
from mailkit.letter_reader import read_letter
from mailkit.types import ReadLetter
from sync.quarantine import list_outdated
from tests.sync.conftest import USER, Office
from tests.sync.letters import letter
from threads.models import QuarantinedLetter


@pytest.fixture
def office_with_bad_letter(settled_office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    def read(raw: bytes, *, size: int | None = None) -> ReadLetter:
        if b"Bad luck" in raw:
            raise LetterUnreadable("no", reason="too_slow", detail="TimeoutError")
        return read_letter(raw, size=size)

    monkeypatch.setattr("sync.reading.read_safely", read)
    settled_office.server.deliver(USER, letter(13, subject="Bad luck"))
    settled_office.visit()
    return settled_office


@pytest.mark.rule("G14")
def test_one_letter_is_shown_once(office_with_bad_letter: Office) -> None:
    office_with_bad_letter.server.renew_uidvalidity(USER, keep_letters=True)
    office_with_bad_letter.visit()
    found = QuarantinedLetter.objects.get()
    assert found.entry.generation == office_with_bad_letter.folder().generation


@pytest.mark.rule("G14")
def test_after_an_upgrade_only_those_are_tried_that_a_retry_can_change(office_with_bad_letter: Office) -> None:
    QuarantinedLetter.objects.update(reader_version=0)
    found = QuarantinedLetter.objects.get()
    assert list_outdated(5) == [(found.account.pk, found.pk)]
    office_with_bad_letter.server.renew_uidvalidity(USER)
    office_with_bad_letter.visit()
    assert list_outdated(5) == []
