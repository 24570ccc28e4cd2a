"""A file of any size that a letter may hold is opened, though a connection takes 60 MB in one answer."""

from __future__ import annotations

import pytest

from sync import attachments
from sync.attachments import open_attachment
from tests.sync.conftest import USER, Office
from tests.sync.letters import letter
from threads.models import Attachment

FILM = bytes(range(256)) * 8192  # 2 MB: three chunks as it is encoded


@pytest.mark.rule("K62", "M16")
def test_a_large_file_comes_in_chunks(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "LARGE_FILE_BYTES", 1024)
    office.server.deliver(USER, letter(1, files={"film.bin": FILM}))
    office.visit()
    office.server.calls.clear()
    film = Attachment.objects.get(filename="film.bin")
    assert open_attachment(film, connect=office.connect).content == FILM
    assert "fetch_part" not in {call[0] for call in office.server.calls}


def test_a_small_one_takes_one_command(office: Office) -> None:
    office.server.deliver(USER, letter(1, files={"film.bin": FILM}))
    office.visit()
    office.server.calls.clear()
    assert open_attachment(Attachment.objects.get(filename="film.bin"), connect=office.connect).content == FILM
    assert "fetch_section" not in {call[0] for call in office.server.calls}
