"""A report that brings nothing of our letter back is about the one letter of the mailbox that it answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import Membership
from mailboxes.models import Mailbox
from outbox import bounces
from outbox.models import OutgoingMail, OutgoingRecipient, Suppression
from outbox.states import State
from tests.conftest import MakeMailbox
from tests.outbox.conftest import Queue
from tests.threads.builders import Post, fetched
from threads.models import BounceReport

SAMPLES = Path(__file__).parents[1] / "mails" / "bounces"
KNOWN_ID = b"0198f2aa-7c1d@acme.example"
REFERENCES = b"From: %b\r\nReferences: %b\r\nX-Failed-Recipients: ann@client.example\r\n\r\nUser unknown"


@pytest.fixture
def send(sales: Mailbox, queue: Queue) -> Queue:
    def send_letter(**changes: object) -> OutgoingMail:
        mail = queue(**{"mailbox_id": sales.pk, "to": ["ann@client.example"], **changes})
        mail.recipients.update(state=OutgoingRecipient.State.ACCEPTED)
        OutgoingMail.objects.update(state=State.SENT, sent_at=timezone.now())
        return mail

    return send_letter


def arrive(mailbox: Mailbox, *raws: bytes) -> None:
    Post(mailbox).file_letters([fetched(uid, raw) for uid, raw in enumerate(raws, start=1)])
    bounces.handle_waiting()


def references(*letters: str, sender: str = "mailer-daemon@client.example") -> bytes:
    return REFERENCES % (sender.encode(), b" ".join(b"<%b>" % letter.encode() for letter in letters))


def came_back() -> list[int]:
    return list(OutgoingMail.objects.filter(error_code=bounces.CAME_BACK).values_list("pk", flat=True))


@pytest.mark.rule("M94")
@pytest.mark.parametrize("sample", ["daemon-answers-in-words", "daemon-answers-russian"])
def test_the_words_of_a_daemon_are_enough(sales: Mailbox, send: Queue, sample: str) -> None:
    mail = send()
    arrive(sales, (SAMPLES / f"{sample}.eml").read_bytes().replace(KNOWN_ID, mail.message_id_header.encode()))
    assert came_back() == [mail.pk]
    assert mail.recipients.get().error


def test_of_a_letter_to_several_only_who_is_named_is_marked(sales: Mailbox, send: Queue) -> None:
    mail = send(to=["ann@client.example", "cy@client.example"])
    named, unnamed = (
        (SAMPLES / f"{sample}.eml").read_bytes().replace(KNOWN_ID, mail.message_id_header.encode())
        for sample in ("daemon-answers-in-words", "daemon-answers-russian")
    )
    arrive(sales, unnamed, named)
    assert [person.state for person in mail.recipients.all()] == ["bounced", "accepted"]
    assert Suppression.objects.get().email_key == "ann@client.example"


def test_our_letter_is_found_wherever_it_stands_in_the_references(sales: Mailbox, send: Queue) -> None:
    mail = send()
    arrive(sales, references("first@client.example", mail.message_id_header, "relayed@client.example"))
    assert came_back() == [mail.pk]


def test_two_letters_of_ours_are_no_answer(sales: Mailbox, send: Queue) -> None:
    first, second = send(), send()
    arrive(sales, references(first.message_id_header, second.message_id_header, "relayed@client.example"))
    assert came_back() == []
    assert not BounceReport.objects.filter(handled_at=None).exists()


def test_a_person_is_not_taken_at_his_word(sales: Mailbox, send: Queue) -> None:
    mail = send()
    raw = references(mail.message_id_header, "relayed@client.example", sender="eve@client.example")
    arrive(sales, raw)
    assert came_back() == []


def test_a_letter_of_another_mailbox_is_left_alone(send: Queue, alice: Membership, make_mailbox: MakeMailbox) -> None:
    mail = send()
    arrive(
        make_mailbox("support@acme.example", account_of=alice),
        references(mail.message_id_header, "relayed@client.example"),
    )
    assert came_back() == []


def test_the_headers_of_another_letter_say_which_it_is(sales: Mailbox, send: Queue) -> None:
    mail = send()
    raw = (SAMPLES / "postfix-user-unknown.eml").read_bytes()
    arrive(sales, b"In-Reply-To: <%b>\r\n" % mail.message_id_header.encode() + raw)
    assert came_back() == []
