"""“Why is this mail not here?”: what is known, what the server says, and what becomes of each letter it has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Membership
from mailboxes.models import Mailbox, MailboxFilter
from mailkit.errors import ConnectionFailed
from mailkit.imap_session import ImapSession
from sync.why import Explanation, Question, explain_absence
from tests.conftest import MakeMailbox
from tests.servers.fake_imap import FakeServer
from tests.sync.letters import CLIENT, letter
from tests.threads.builders import Mail, Post
from tests.threads.ledgers import add_place, set_aside
from threads.models import Folder, FolderEntry, Tombstone
from threads.services import delete_messages

pytestmark = [pytest.mark.rule("G13"), pytest.mark.usefixtures("in_account")]
USER = "sales@acme.example"
Outcome = FolderEntry.Outcome


@pytest.fixture
def mailbox(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox(USER, account_of=alice)


class Desk:
    """Somebody asks about the mailbox; its server is in memory."""

    def __init__(self, member: Membership, mailbox: Mailbox) -> None:
        self.member, self.mailbox = member, mailbox
        self.server, self.post = FakeServer(), Post(mailbox)
        self.server.create_folder(USER, "Sent")
        with self.server.open(USER) as session:
            validity = session.examine("INBOX").uidvalidity
        Folder.objects.update(uidvalidity=validity)

    def connect(self, mailbox: Mailbox) -> ImapSession:
        return self.server.open(USER)

    def ask(self, *, message_id: str = "", address: str = "", member: Membership | None = None) -> Explanation:
        question = Question.of(message_id=message_id, address=address)
        return explain_absence(member or self.member, self.mailbox, question, connect=self.connect)

    def codes(self, *, message_id: str = "", address: str = "") -> list[str]:
        return [answer.code for answer in self.ask(message_id=message_id, address=address).answers]


@pytest.fixture
def desk(alice: Membership, mailbox: Mailbox) -> Desk:
    return Desk(alice, mailbox)


def test_what_is_here_is_named_with_its_conversation(desk: Desk) -> None:
    mail = Mail("Offer", sender=f"Carol <{CLIENT}>")
    (message_id,) = desk.post.file(mail).new_message_ids
    for answers in (desk.ask(message_id=f"<{mail.message_id}>").answers, desk.ask(address=CLIENT.upper()).answers):
        assert [(answer.code, answer.message_id, answer.subject) for answer in answers] == [
            ("imported", message_id, "Offer")
        ]
        assert answers[0].thread_id is not None


@pytest.mark.rule("K63")
def test_what_was_deleted_here_is_shown_to_administrators_only(desk: Desk, alice: Membership, bob: Membership) -> None:
    mail = Mail("Secret offer")
    delete_messages(alice, desk.post.file(mail).new_message_ids)
    (seen,) = desk.ask(message_id=mail.message_id).answers
    assert (seen.code, seen.subject) == ("deleted_here", "Secret offer")
    (hidden,) = desk.ask(message_id=mail.message_id, member=bob).answers
    assert (hidden.code, hidden.subject, hidden.thread_id) == ("deleted_here", "", None)
    assert "Secret" not in hidden.words


@pytest.mark.rule("K60")
def test_what_is_gone_for_good_is_known_by_its_message_id_alone(desk: Desk, mailbox: Mailbox) -> None:
    moment = datetime(2026, 5, 4, tzinfo=UTC)
    row = Tombstone.objects.create(mailbox=mailbox, identity=b"1", message_id_header="1@x.example", deleted_at=moment)
    Tombstone.objects.filter(pk=row.pk).update(purged_at=moment + timedelta(days=30))
    [answer] = desk.ask(message_id="<1@x.example>").answers
    assert answer.code == "purged"
    assert "on May 4, 2026 and is gone for good since June 3, 2026" in answer.words


@pytest.mark.rule("G14")
def test_a_letter_in_quarantine_is_found_by_both(desk: Desk, mailbox: Mailbox) -> None:
    row = set_aside(mailbox, sender="Eve@broken.example", message_id="1@broken.example")
    for explanation in (desk.ask(message_id="<1@broken.example>"), desk.ask(address="eve@broken.example")):
        assert (explanation.answers[0].code, explanation.answers[0].quarantine_id) == ("quarantined", row.pk)


@pytest.mark.rule("A08")
@pytest.mark.parametrize(("kind", "value"), [("address", CLIENT), ("domain", "client.example"), ("domain", "example")])
def test_a_filter_that_matches_is_named(desk: Desk, mailbox: Mailbox, kind: str, value: str) -> None:
    MailboxFilter.objects.create(mailbox=mailbox, kind=kind, value=value)
    MailboxFilter.objects.create(mailbox=mailbox, kind="domain", value="other.example")
    (first, *_rest) = desk.ask(address=CLIENT).answers
    assert first.code == "filter"
    assert value in first.words


@pytest.mark.rule("K10", "A08")
def test_each_letter_on_the_server_is_explained_by_its_place(desk: Desk) -> None:
    uids = [desk.server.deliver(USER, letter(number)) for number in range(6)]
    Folder.objects.update(last_uid=uids[4], history_uid=uids[1])
    for uid, outcome in zip(
        uids[1:5], (Outcome.OLDER, Outcome.FILTERED, Outcome.INTERNAL, Outcome.FAILED), strict=True
    ):
        add_place(desk.post.inbox, uid, outcome)
    found = {answer.uid: answer.code for answer in desk.ask(address=CLIENT).answers}
    assert [found[uid] for uid in uids] == ["older", "older", "filtered", "internal", "failed", "waiting"]
    assert desk.codes(message_id="letter-5@client.example") == ["waiting"]


def test_letters_of_other_numbers_are_not_mistaken(desk: Desk) -> None:
    uid = desk.server.deliver(USER, letter(1))
    add_place(desk.post.inbox, uid, Outcome.FILTERED)
    Folder.objects.update(uidvalidity=7)
    assert desk.codes(address=CLIENT) == ["renumbered"]


def test_what_is_nowhere_is_said_to_be_nowhere(desk: Desk) -> None:
    desk.server.deliver(USER, letter(1))
    assert desk.codes(message_id="letter-2@client.example") == ["not_on_server"]
    assert desk.codes(address="nobody@client.example") == ["not_on_server"]


def test_without_the_server_what_is_known_is_told(desk: Desk, mailbox: Mailbox) -> None:
    mail = Mail()
    desk.post.file(mail)
    desk.server.fail_next("examine", ConnectionFailed("cut"))
    found = desk.ask(message_id=mail.message_id)
    assert [answer.code for answer in found.answers] == ["imported", "server_unreachable"]
    assert not found.is_server_asked
    mailbox.imap_host = ""
    assert desk.codes(message_id=mail.message_id) == ["imported", "send_only"]


def test_another_mailboxes_letters_are_not_told(desk: Desk, bob: Membership, make_mailbox: MakeMailbox) -> None:
    other = make_mailbox("bob@acme.example", owner=bob)
    mail = Mail(sender=CLIENT)
    Post(other).file(mail)
    set_aside(other, sender=CLIENT)
    assert desk.codes(address=CLIENT) == ["not_on_server"]
    assert desk.codes(message_id=mail.message_id) == ["not_on_server"]
