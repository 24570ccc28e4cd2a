"""Visits after the import: new letters come, nothing else is done, and nothing on the server changes."""

from __future__ import annotations

import pytest

from tests.row_versions import row_versions
from tests.sync.conftest import USER, Office
from tests.sync.letters import letter
from threads.models import Folder, Message
from threads.tasks import regroup

READS = {
    "open",
    "list_folders",
    "folder_statuses",
    "examine",
    "list_uids",
    "fetch_headers",
    "fetch_messages",
    "fetch_changes",
}


def read_here() -> dict[str, bool]:
    incoming = Message.objects.filter(places__folder__role=Folder.Role.INBOX)
    return dict(incoming.values_list("subject", "is_read"))


@pytest.mark.rule("A05")
def test_an_unchanged_mailbox_costs_one_status_a_folder(settled_office: Office) -> None:
    settled_office.visit()
    assert settled_office.commands() == ["open", "folder_statuses"]


@pytest.mark.rule("K11", "A07")
def test_a_new_letter_comes(settled_office: Office) -> None:
    settled_office.deliver(4)
    settled_office.visit()
    assert "Order 4" in settled_office.subjects
    assert Message.objects.count() == 5


@pytest.mark.rule("K14")
def test_a_letter_sent_elsewhere_comes_as_outgoing(settled_office: Office) -> None:
    settled_office.server.deliver(USER, letter(7, sender=USER, to="carol@client.example"), "Sent")
    settled_office.visit()
    assert Message.objects.get(subject="Order 7").direction == Message.Direction.OUTGOING


def test_a_second_visit_writes_nothing_but_the_schedule(settled_office: Office) -> None:
    settled_office.deliver(4)
    settled_office.visit()
    before = row_versions()
    assert sum(map(len, before.values())) > 20
    settled_office.visit()
    assert row_versions() == before


def test_the_same_letter_twice_is_one_message_with_two_places(settled_office: Office) -> None:
    settled_office.deliver(3)
    settled_office.visit()
    assert Message.objects.get(subject="Order 3").places.count() == 2


@pytest.mark.rule("G06")
def test_only_reading_commands_are_used(settled_office: Office) -> None:
    settled_office.deliver(4)
    settled_office.server.expunge(USER, 1)
    settled_office.visit()
    assert set(settled_office.commands()) <= READS
    assert settled_office.server.folders(USER)["INBOX"].letters[4].flags == frozenset()


@pytest.mark.rule("G06")
def test_read_state_follows_the_server_and_what_is_opened_here_stays_read(settled_office: Office) -> None:
    Message.objects.filter(subject="Order 1").update(is_read=True)
    settled_office.server.set_flags(USER, 2, "\\Seen")
    settled_office.visit()
    assert read_here() == {"Order 1": True, "Order 2": True, "Order 3": False}
    settled_office.server.set_flags(USER, 2, "")
    settled_office.visit()
    assert read_here() == {"Order 1": True, "Order 2": False, "Order 3": False}


@pytest.mark.rule("G01")
def test_a_reply_filed_before_our_letter_finds_its_thread(settled_office: Office) -> None:
    """Both came since the last visit, and the Inbox is read first, in whatever order the database has the folders."""
    office = settled_office
    for old, new in ((Folder.Role.INBOX, ""), ("", Folder.Role.INBOX)):  # written anew: it lies last
        office.mailbox.folders.filter(role=old).update(role=new)
    ours = letter(101, sender=USER, to="carol@client.example")
    reply = letter(4, subject="Something else").replace(b"\r\n", b"\r\nIn-Reply-To: <letter-101@client.example>\r\n", 1)
    office.server.deliver(USER, reply)
    office.server.deliver(USER, ours, "Sent")
    office.visit()
    assert office.mailbox.needs_regrouping
    regroup(office.mailbox.account.pk, office.mailbox.pk)
    threads = Message.objects.filter(subject__in=["Something else", "Order 101"]).values_list("thread", flat=True)
    assert len(set(threads)) == 1
