"""A letter that stayed on the server because nobody in it had a card is fetched when somebody asks for it."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from mailboxes import leases
from mailboxes.models import Mailbox
from sync.left_out import fetch_now
from sync.why import Question, explain_absence
from tests.sync.conftest import USER, Office
from tests.sync.letters import letter
from threads.access import get_left_out_for
from threads.errors import LeftOutNotFound
from threads.models import FolderEntry, Message

STRANGER = "stranger@elsewhere.example"
pytestmark = pytest.mark.rule("R12", "G13")


@pytest.fixture
def left_out(settled_office: Office) -> FolderEntry:
    Mailbox.objects.update(unmatched=Mailbox.Unmatched.SKIP)
    uid = settled_office.server.deliver(USER, letter(10, sender=STRANGER, subject="Hello"))
    settled_office.visit()
    return get_left_out_for(settled_office.mailbox, "inbox", uid)


def test_the_explanation_names_it(settled_office: Office, left_out: FolderEntry, alice: Membership) -> None:
    found = explain_absence(
        alice, settled_office.mailbox, Question.of(address=STRANGER), connect=settled_office.connect
    )
    assert [(answer.code, answer.folder, answer.uid) for answer in found.answers] == [
        ("unmatched", "inbox", left_out.uid)
    ]
    assert "nobody in it has a card" in found.answers[0].words


def test_it_is_filed_in_its_place(settled_office: Office, left_out: FolderEntry) -> None:
    assert fetch_now(left_out.pk, connect=settled_office.connect)
    message = Message.objects.get(subject="Hello")
    assert FolderEntry.objects.get(message=message).pk == left_out.pk
    with pytest.raises(LeftOutNotFound):
        get_left_out_for(settled_office.mailbox, "inbox", left_out.uid)
    settled_office.server.calls.clear()
    assert fetch_now(left_out.pk, connect=settled_office.connect)  # asked for twice
    assert settled_office.commands() == []


def test_it_waits_while_somebody_works_on_the_mailbox(settled_office: Office, left_out: FolderEntry) -> None:
    lease = leases.claim(settled_office.mailbox.pk)
    assert lease is not None
    assert fetch_now(left_out.pk, connect=settled_office.connect) is False
    leases.release(lease)
    assert fetch_now(left_out.pk, connect=settled_office.connect) is True
    assert "Hello" in settled_office.subjects


@pytest.mark.parametrize(("folder", "uid"), [("sent", None), ("inbox", 1), ("inbox", "x"), ("elsewhere", None)])
def test_other_places_are_none(
    settled_office: Office, left_out: FolderEntry, folder: str, uid: int | str | None
) -> None:
    with pytest.raises(LeftOutNotFound):
        get_left_out_for(settled_office.mailbox, folder, left_out.uid if uid is None else uid)
