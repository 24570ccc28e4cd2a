"""UIDVALIDITY changes on a large folder: every letter gets its new place, and nothing else happens (F11).

A thousand letters in the usual run; FAULT_LETTERS=10000 for the full proof.
"""

from __future__ import annotations

import os

import pytest
from pytest_django import Settings

from tests.faults.conftest import Office
from tests.row_versions import row_versions
from tests.servers.maildir import flip_uidvalidity
from threads.models import Folder, FolderEntry, Message
from threads.signals import message_filed

pytestmark = [pytest.mark.dovecot, pytest.mark.flow]

LETTERS = int(os.environ.get("FAULT_LETTERS", "1000"))
# What is known of a letter, and of nobody's place on a server.
OF_LETTERS = ["message", "messagebody", "participant", "attachment", "thread", "cardlink"]


def versions_of_letters() -> dict[str, list[tuple[str, str]]]:
    rows = row_versions()
    return {name: rows[f"threads_{name}"] for name in OF_LETTERS}


@pytest.mark.rule("A13", "G15")
def test_new_uids_bring_new_places_and_not_one_new_row_of_a_letter(
    transactional_db: None, office: Office, settings: Settings
) -> None:
    settings.IMPORT_MESSAGES = LETTERS
    office.fill(range(LETTERS))
    office.visit()
    assert Message.objects.count() == LETTERS
    told: list[int] = []

    def listen(message_ids: list[int], **_kwargs: object) -> None:
        told.extend(message_ids)

    message_filed.connect(listen)
    before, folder = versions_of_letters(), Folder.objects.get(role="inbox")
    flip_uidvalidity(office.server, office.user)
    office.visit()
    assert versions_of_letters() == before
    assert told == []
    folder.refresh_from_db()
    assert folder.generation == 2
    assert FolderEntry.objects.filter(folder=folder, generation=2, is_on_server=True).count() == LETTERS
    office.assert_settled()
