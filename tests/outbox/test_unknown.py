"""The connection breaks after the server took the letter: nobody can tell, so nobody sends it again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership, Notice
from outbox.composing import freeze
from outbox.delivery import deliver
from outbox.models import OutgoingMail
from outbox.services import retry
from outbox.states import State
from tests.outbox.conftest import Office, Queue
from tests.threads.builders import Mail, Post
from threads.models import Message


@pytest.fixture
def cut(office: Office, queue: Queue) -> OutgoingMail:
    """A letter whose delivery was cut after DATA; the server kept it."""
    office.sink.drop_after_data = True
    return queue(mailbox_id=office.mailbox.pk)


def after_delivery(mail: OutgoingMail) -> OutgoingMail:
    deliver(mail.mailbox_id)
    return OutgoingMail.objects.get(pk=mail.pk)


def look_again(mail: OutgoingMail) -> None:
    OutgoingMail.objects.filter(pk=mail.pk).update(sent_check_at=timezone.now())


@pytest.mark.rule("G04")
def test_it_is_unknown_and_never_sent_again_by_itself(office: Office, cut: OutgoingMail, alice: Membership) -> None:
    mail = after_delivery(cut)
    assert (mail.state, mail.error_code) == (State.UNKNOWN, "unknown")
    for _ in range(3):
        look_again(mail)
        deliver(office.mailbox.pk)
    assert len(office.sink.letters) == 1
    notice = Notice.objects.get()
    assert (notice.kind, notice.membership, notice.facts["mail"]) == ("mail.unknown", alice, mail.pk)
    assert not Message.objects.exists()


@pytest.mark.rule("G04", "M93", "K14")
def test_found_in_sent_it_was_sent(office: Office, cut: OutgoingMail) -> None:
    office.imap.deliver(office.user, freeze(cut), "Sent")
    mail = after_delivery(cut)
    assert (mail.state, mail.error_code, mail.sent_copy) == (State.SENT, "", OutgoingMail.SentCopy.DONE)
    assert {row.state for row in mail.recipients.all()} == {"accepted"}
    assert Message.objects.get() == mail.message
    assert office.sent_folder() == [mail.message_id_header]
    assert not Notice.objects.exists()


@pytest.mark.rule("G04")
def test_a_copy_that_comes_late_is_found_too(office: Office, cut: OutgoingMail) -> None:
    mail = after_delivery(cut)
    office.imap.deliver(office.user, freeze(mail), "Sent")
    assert mail.sent_check_at is not None
    assert mail.sent_check_at > timezone.now() + timedelta(seconds=50)
    look_again(mail)
    assert after_delivery(mail).state == State.SENT


@pytest.mark.rule("G04")
def test_after_a_day_nobody_looks_any_more(office: Office, cut: OutgoingMail) -> None:
    mail = after_delivery(cut)
    OutgoingMail.objects.update(data_accepted_at=timezone.now() - timedelta(hours=25), sent_check_at=timezone.now())
    mail = after_delivery(mail)
    assert (mail.state, mail.sent_check_at) == (State.UNKNOWN, None)


@pytest.mark.rule("G04")
def test_a_person_may_send_it_again(office: Office, cut: OutgoingMail, alice: Membership) -> None:
    mail = after_delivery(cut)
    office.sink.drop_after_data = False
    retry(alice, mail.pk)
    mail = after_delivery(mail)
    assert mail.state == State.SENT
    first, second = office.sink.letters
    assert first.raw == second.raw
    assert office.sent_folder() == [mail.message_id_header]


@pytest.mark.rule("G04")
def test_a_send_only_mailbox_cannot_look(office: Office, cut: OutgoingMail) -> None:
    office.mailbox.imap_host = ""
    office.mailbox.save()
    mail = after_delivery(cut)
    assert (mail.state, mail.error_code, mail.sent_check_at) == (State.UNKNOWN, "unknown", None)
    assert Notice.objects.get().kind == "mail.unknown"


@pytest.mark.rule("G04")
def test_a_copy_in_sent_proves_nothing_for_those_tried_later(office: Office, queue: Queue) -> None:
    office.sink.replies["RCPT gray@a.example"] = "450 4.2.0 greylisted"
    mail = after_delivery(queue(mailbox_id=office.mailbox.pk, to=["here@b.example", "gray@a.example"]))
    assert office.sent_folder() == [mail.message_id_header]
    office.sink.replies.clear()
    office.sink.drop_after_data = True
    OutgoingMail.objects.update(due_at=timezone.now())
    for _ in range(2):
        mail = after_delivery(mail)
        assert (mail.state, mail.error_code) == (State.UNKNOWN, "unknown")
        look_again(mail)
    assert [row.state for row in mail.recipients.all()] == ["accepted", "waiting"]
    assert [letter.recipients for letter in office.sink.letters] == [("here@b.example",), ("gray@a.example",)]
    assert [notice.kind for notice in Notice.objects.all()] == ["mail.unknown"]
    assert office.sent_folder() == [mail.message_id_header]


@pytest.mark.rule("G04")
def test_an_answer_proves_that_it_was_sent(office: Office, cut: OutgoingMail) -> None:
    mail = after_delivery(cut)
    Post(office.mailbox).file(Mail(in_reply_to=mail.message_id_header))
    look_again(mail)
    assert after_delivery(mail).state == State.SENT
    mail = after_delivery(mail)
    assert (mail.error_code, mail.sent_copy) == ("", OutgoingMail.SentCopy.DONE)
    assert office.sent_folder() == [mail.message_id_header]
    assert len(office.sink.letters) == 1
