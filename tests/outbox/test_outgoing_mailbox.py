"""A letter that is written in one mailbox and goes out through another."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from mailboxes.behavior import Choice, MailboxSettings, change_settings
from mailboxes.errors import MailboxNotFound
from mailboxes.models import Mailbox
from mailkit.mime_reader import parse_message
from outbox.composing import compose
from outbox.delivery import deliver
from outbox.errors import LetterRefused
from outbox.models import OutgoingMail
from outbox.states import State
from tests.conftest import MakeMailbox
from tests.outbox.conftest import Office, Queue
from tests.threads.builders import ANNA, BORIS, Mail, Post
from tests.threads.leads import make_leads
from threads.models import Message

pytestmark = pytest.mark.rule("R07")


@pytest.fixture
def collecting(alice: Membership, make_mailbox: MakeMailbox, office: Office) -> Mailbox:
    """Alice reads here; what she writes here goes out through the office."""
    mailbox = make_mailbox("inquiries@acme.example", owner=alice)
    Mailbox.objects.filter(pk=mailbox.pk).update(display_name="Inquiries")
    return change_settings(alice, mailbox.pk, MailboxSettings(outgoing_mailbox=Choice(office.mailbox.pk)))


@pytest.mark.rule("M93", "K14")
def test_the_other_sends_it_and_answers_come_back(office: Office, collecting: Mailbox, queue: Queue) -> None:
    mail = queue(mailbox_id=collecting.pk)
    assert (mail.mailbox, mail.answers_to) == (office.mailbox, collecting)
    deliver(office.mailbox.pk)
    mail.refresh_from_db()
    (delivered,) = office.sink.letters
    letter = parse_message(delivered.raw)
    assert letter.sender is not None
    assert letter.sender.email == office.mailbox.address
    assert [(who.name, who.email) for who in letter.reply_to] == [("Inquiries", "inquiries@acme.example")]
    assert mail.state == State.SENT
    assert office.sent_folder() == [mail.message_id_header]
    assert Message.objects.get().mailbox == office.mailbox


def test_the_way_is_that_of_the_moment_it_was_written(
    alice: Membership, office: Office, collecting: Mailbox, queue: Queue
) -> None:
    mail = queue(mailbox_id=collecting.pk)
    change_settings(alice, collecting.pk, MailboxSettings(outgoing_mailbox=Choice(None)))
    stored = OutgoingMail.objects.get(pk=mail.pk)
    assert (stored.mailbox, compose(stored).reply_to is not None) == (office.mailbox, True)
    assert queue(mailbox_id=collecting.pk).mailbox == collecting


def test_without_another_mailbox_no_reply_to_is_needed(office: Office, queue: Queue) -> None:
    mail = queue(mailbox_id=office.mailbox.pk)
    assert mail.answers_to is None
    assert compose(mail).reply_to is None


@pytest.mark.rule("K23")
def test_who_may_not_send_from_the_other_is_told_and_nothing_is_queued(
    bob: Membership, office: Office, collecting: Mailbox, queue: Queue
) -> None:
    Mailbox.objects.filter(pk=collecting.pk).update(kind="shared", owner=None)
    with pytest.raises(LetterRefused) as refused:
        queue(bob, mailbox_id=collecting.pk)
    assert refused.value.field == "mailbox_id"
    assert office.mailbox.address not in refused.value.message
    assert not OutgoingMail.objects.exists()


@pytest.mark.rule("G10")
def test_strangers_find_neither(charlie: Membership, collecting: Mailbox, queue: Queue) -> None:
    with pytest.raises(MailboxNotFound):
        queue(charlie, mailbox_id=collecting.pk)


@pytest.mark.rule("E01")
def test_the_thread_that_is_answered_gets_its_lead(
    alice: Membership, office: Office, collecting: Mailbox, queue: Queue
) -> None:
    Mailbox.objects.filter(pk=collecting.pk).update(create_lead_on_reply=True)
    Post(collecting).file(Mail("A chair", to=collecting.address))
    asked = Message.objects.get()
    answer = {"mailbox_id": collecting.pk, "to": [ANNA], "reply_to_message_id": asked.pk}
    queue(**answer, subject="Re: A chair")
    deliver(office.mailbox.pk)
    (lead,) = make_leads()
    assert (lead.name, lead.responsible, lead.thread_rows.get().message) == ("Anna Petrova", alice, asked)
    queue(**answer, subject="About your chair")
    deliver(office.mailbox.pk)
    assert make_leads() == [lead]


@pytest.mark.rule("E02")
def test_no_lead_when_our_letter_came_first_or_went_to_another(
    office: Office, collecting: Mailbox, queue: Queue
) -> None:
    Mailbox.objects.filter(pk=collecting.pk).update(create_lead_on_reply=True)
    offer = queue(mailbox_id=collecting.pk, to=[ANNA])
    deliver(office.mailbox.pk)
    answer = Mail("Re: Offer", to=collecting.address, in_reply_to=offer.message_id_header, minutes=60 * 24 * 1000)
    post = Post(collecting)
    post.file(answer)
    queue(mailbox_id=collecting.pk, to=[ANNA], subject="Re: Offer")
    post.file(Mail("A chair", to=collecting.address))
    queue(mailbox_id=collecting.pk, to=[BORIS], subject="Re: A chair")
    deliver(office.mailbox.pk)
    assert make_leads() == []


@pytest.mark.rule("E01")
def test_a_mailbox_without_the_tick_makes_none_for_what_another_carried(
    office: Office, collecting: Mailbox, queue: Queue
) -> None:
    Mailbox.objects.filter(pk=office.mailbox.pk).update(create_lead_on_reply=True)
    Post(collecting).file(Mail("A chair", to=collecting.address))
    queue(mailbox_id=collecting.pk, to=[ANNA], subject="Re: A chair")
    deliver(office.mailbox.pk)
    assert make_leads() == []
