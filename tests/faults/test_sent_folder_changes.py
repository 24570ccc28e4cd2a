"""The folder of sent letters is missing, or is another one than before; the Inbox is read all the same (K13)."""

from __future__ import annotations

import pytest

from mailboxes.models import Mailbox
from tests.faults.conftest import Office
from tests.faults.cutproxy import CutProxy, Way
from tests.faults.faults import Replaced
from threads.models import Folder, Message

pytestmark = pytest.mark.dovecot


@pytest.fixture
def settled(db: None, office: Office) -> Office:
    office.fill(range(3))
    office.fill(range(10, 12), "Sent")
    office.visit()
    return office


def is_on_server(subject: str) -> bool:
    return Message.objects.get(subject=subject).on_server


@pytest.mark.rule("K13")
def test_a_mailbox_without_a_folder_of_sent_letters(db: None, office: Office, proxy: CutProxy) -> None:
    """LIST tells of none, by flag or by name."""
    office.fill(range(2))
    office.use_port(proxy.port)
    proxy.break_next(Way.DOWN, Replaced(rb"^\* LIST \(.*\\Sent\) \S+ Sent\r\n", b""))
    office.visit()
    assert (office.mailbox.state, Message.objects.count()) == (Mailbox.State.SYNCED, 2)
    assert not Folder.objects.filter(role="sent").exists()
    office.fill(range(10, 13), "Sent")
    office.visit()
    office.assert_settled()


@pytest.mark.rule("K13", "K61")
def test_a_folder_deleted_and_made_anew_by_the_server(settled: Office) -> None:
    with settled.server.connect(settled.user) as client:
        assert client.delete("Sent")[0] == "OK"
    settled.fill([3])
    settled.visit()
    assert settled.mailbox.failure_count == 0
    assert is_on_server("Order 3")
    assert not is_on_server("Order 10"), "kept here, though it is gone there"
    settled.assert_settled()
