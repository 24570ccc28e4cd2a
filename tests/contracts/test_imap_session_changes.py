"""One suite for the fake, pymap and Dovecot: what changed, what is gone, and what removing does."""

from __future__ import annotations

import pytest

from mailkit.errors import FolderGone, ProtocolViolated, UidValidityChanged
from mailkit.imap_session import ImapSession
from tests.servers.sessions import WHEN, Connect, Server, letter


@pytest.fixture
def three(server: Server, user: str) -> None:
    for number in (1, 2, 3):
        server.deliver(user, letter(number), received_at=WHEN)


def modseq_of(session: ImapSession) -> int:
    """The folder's count of changes. pymap keeps none: what needs it is refused there."""
    status = session.examine("INBOX")
    if status.highestmodseq is None:
        with pytest.raises(ProtocolViolated):
            session.fetch_changes(since=1, up_to=9)
        assert len(session.list_uids()) == 3  # the session goes on
        pytest.skip("this server has no CONDSTORE")
    return status.highestmodseq


def flag_as_seen(server: Server, user: str, uid: int) -> None:
    server.set_flags(user, uid, "\\Seen")  # type: ignore[union-attr]  # pymap is out of the game by now


def test_statuses_come_together_in_the_order_asked_for(server: Server, user: str, connect: Connect) -> None:
    server.deliver(user, letter())
    with connect() as session:
        sent, inbox = session.folder_statuses(["Sent", "INBOX"])
        assert (sent.messages, inbox.messages) == (0, 1)
        assert session.folder_statuses(["Sent"]) == [sent]
        with pytest.raises(FolderGone):
            session.folder_statuses(["INBOX", "No such folder", "Sent"])
        assert session.folder_statuses(["INBOX", "Sent"]) == [inbox, sent]  # nothing of the refusal is left


def test_uids_below_a_limit(three: None, connect: Connect) -> None:
    with connect() as session:
        session.examine("INBOX")
        first, second, third = session.list_uids()
        assert session.list_uids(before=third) == [first, second]
        assert session.list_uids(after=first, before=third) == [second]
        assert session.list_uids(before=first) == []


def test_only_changes_since_are_told(server: Server, user: str, three: None, connect: Connect) -> None:
    with connect() as session:
        before = modseq_of(session)
        first, second, _ = session.list_uids()
        assert session.fetch_changes(since=before, up_to=second).flags == {}
        flag_as_seen(server, user, first)
        session.examine("INBOX")
        changes = session.fetch_changes(since=before, up_to=second)
    assert list(changes.flags) == [first]
    assert "\\Seen" in changes.flags[first]
    assert changes.vanished in (None, frozenset())


def test_what_is_removed_is_told_as_vanished(three: None, connect: Connect) -> None:
    with connect() as session:
        before = modseq_of(session)
        first, second, third = session.list_uids()
        with connect() as other:
            other.remove("INBOX", [second], uidvalidity=other.folder_status("INBOX").uidvalidity)
        session.examine("INBOX")
        changes = session.fetch_changes(since=before, up_to=third)
        assert changes.vanished == frozenset({second})
        assert session.list_uids() == [first, third]


@pytest.mark.rule("R10")
def test_exactly_the_letters_asked_for_are_removed(three: None, connect: Connect) -> None:
    with connect() as session:
        status = session.examine("INBOX")
        first, second, third = session.list_uids()
        assert session.remove("INBOX", [first, third + 9], uidvalidity=status.uidvalidity) is True
        assert session.list_uids() == [second, third]  # the folder is the examined one
        assert session.still_there([first, second, third + 9]) == {second}
        assert session.remove("INBOX", [], uidvalidity=status.uidvalidity) is True


@pytest.mark.rule("R10")
def test_letters_that_others_flagged_are_not_removed(server: Server, user: str, connect: Connect) -> None:
    server.deliver(user, letter(1))
    server.deliver(user, letter(2), flags="\\Deleted")
    with connect() as session:
        status = session.examine("INBOX")
        first, flagged = session.list_uids()
        session.remove("INBOX", [first], uidvalidity=status.uidvalidity)
        assert session.list_uids() == [flagged]


@pytest.mark.rule("R10")
def test_nothing_is_removed_when_uids_have_changed(three: None, connect: Connect) -> None:
    with connect() as session:
        status = session.examine("INBOX")
        uids = session.list_uids()
        with pytest.raises(UidValidityChanged):
            session.remove("INBOX", uids, uidvalidity=status.uidvalidity + 1)
        assert session.list_uids() == uids
        assert not any("\\Deleted" in flags for flags in session.fetch_flags(uids).values())
