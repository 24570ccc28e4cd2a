"""What a server does not accept: tried again, explained, or held."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership, Notice
from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import store_secret
from mailkit.types import Secret
from outbox.delivery import deliver, list_mailboxes_with_work, release_held
from outbox.models import OutgoingMail
from outbox.states import State
from tests.outbox.conftest import Office, Queue
from threads.models import Message


def pass_time(mail: OutgoingMail) -> None:
    OutgoingMail.objects.filter(pk=mail.pk).update(due_at=timezone.now())


def after_delivery(mail: OutgoingMail) -> OutgoingMail:
    deliver(mail.mailbox_id)
    return OutgoingMail.objects.get(pk=mail.pk)


@pytest.mark.rule("M90", "G04")
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "DOT"])
def test_a_temporary_refusal_is_tried_again_with_the_same_bytes(office: Office, queue: Queue, step: str) -> None:
    office.sink.replies[step] = "451 4.3.0 come back later"
    mail = after_delivery(queue(mailbox_id=office.mailbox.pk))
    assert (mail.state, mail.error_code, mail.attempts) == (State.RETRY, "try_later", 1)
    assert "451" in mail.error_detail
    assert timedelta(seconds=50) < mail.due_at - timezone.now() < timedelta(seconds=70)
    deliver(office.mailbox.pk)
    frozen = mail.raw_name
    office.sink.replies.clear()
    pass_time(mail)
    mail = after_delivery(mail)
    assert (mail.state, mail.attempts, mail.error_code) == (State.SENT, 2, "")
    assert frozen
    assert office.sink_ids() == office.sent_folder() == [mail.message_id_header]


@pytest.mark.rule("M90", "M94")
@pytest.mark.parametrize(
    ("step", "reply", "code"),
    [
        ("DOT", "554 5.7.1 Message rejected as spam", "spam"),
        ("DOT", "552 5.3.4 Message too big", "too_large"),
        ("MAIL", "553 5.7.1 Sender address rejected: not owned by user", "sender_refused"),
        ("RCPT", "550 5.1.1 User unknown", "invalid_address"),
        ("RCPT", "552 5.2.2 Mailbox full", "quota"),
    ],
)
def test_a_final_refusal_is_explained_and_not_repeated(
    office: Office, queue: Queue, alice: Membership, step: str, reply: str, code: str
) -> None:
    office.sink.replies[step] = reply
    mail = after_delivery(queue(mailbox_id=office.mailbox.pk))
    assert (mail.state, mail.error_code) == (State.FAILED, code)
    assert reply[:9] in mail.error_detail
    notice = Notice.objects.get()
    assert (notice.kind, notice.membership, notice.facts["mail"]) == ("mail.failed", alice, mail.pk)
    deliver(office.mailbox.pk)
    assert office.sink.commands.count("MAIL") == 1
    assert not Message.objects.exists()


@pytest.mark.rule("M91")
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "DOT"])
def test_a_providers_limit_is_asked_for_once_an_hour_and_fails_no_letter(
    office: Office, queue: Queue, alice: Membership, step: str
) -> None:
    office.sink.replies[step] = "550 5.4.5 Daily sending limit exceeded"
    mails = [queue(mailbox_id=office.mailbox.pk) for _ in range(3)]
    deliver(office.mailbox.pk)
    deliver(office.mailbox.pk)
    assert office.sink.commands.count("MAIL") == 1
    rows = OutgoingMail.objects.order_by("id").values_list("state", "error_code", "attempts")
    assert list(rows) == [("retry", "daily_limit", 1), ("queued", "daily_limit", 0), ("queued", "daily_limit", 0)]
    (due_at,) = set(OutgoingMail.objects.values_list("due_at", flat=True))
    assert timedelta(minutes=59) < due_at - timezone.now() <= timedelta(minutes=60)
    notice = Notice.objects.get()
    assert (notice.kind, notice.membership) == ("mailbox.provider_limit", alice)
    office.sink.replies.clear()
    OutgoingMail.objects.update(due_at=timezone.now())
    deliver(office.mailbox.pk)
    assert office.sink_ids() == [mail.message_id_header for mail in mails]


@pytest.mark.rule("M90")
def test_a_provider_that_asks_to_slow_down_is_not_asked_by_every_letter(office: Office, queue: Queue) -> None:
    office.sink.replies["MAIL"] = "421 4.7.0 Too many messages, try later"
    for _ in range(3):
        queue(mailbox_id=office.mailbox.pk)
    deliver(office.mailbox.pk)
    assert office.sink.commands.count("MAIL") == 1
    assert set(OutgoingMail.objects.values_list("error_code", flat=True)) == {"throttled"}
    assert not Notice.objects.exists()
    office.sink.replies.clear()
    OutgoingMail.objects.update(due_at=timezone.now())
    deliver(office.mailbox.pk)
    assert len(office.sink.letters) == 3


@pytest.mark.rule("M94", "A09")
def test_who_is_refused_is_named_and_the_others_have_it(office: Office, queue: Queue) -> None:
    office.sink.replies["RCPT gone@a.example"] = "550 5.1.1 no such user"
    mail = after_delivery(queue(mailbox_id=office.mailbox.pk, to=["gone@a.example", "here@b.example"]))
    assert (mail.state, mail.error_code) == (State.SENT, "some_refused")
    rows = {row.address: (row.state, row.error) for row in mail.recipients.all()}
    assert rows == {"gone@a.example": ("refused", "550 5.1.1 no such user"), "here@b.example": ("accepted", "")}
    assert [letter.recipients for letter in office.sink.letters] == [("here@b.example",)]
    assert Notice.objects.get().kind == "mail.some_refused"
    assert office.sent_folder() == [mail.message_id_header]


@pytest.mark.rule("G04", "M93")
def test_who_has_the_letter_does_not_get_it_again_when_others_are_tried_later(office: Office, queue: Queue) -> None:
    office.sink.replies["RCPT gray@a.example"] = "450 4.2.0 greylisted"
    mail = after_delivery(queue(mailbox_id=office.mailbox.pk, to=["gray@a.example", "here@b.example"]))
    assert (mail.state, mail.error_code) == (State.RETRY, "try_later")
    assert Message.objects.count() == len(office.sent_folder()) == 1
    office.sink.replies.clear()
    pass_time(mail)
    mail = after_delivery(mail)
    assert (mail.state, mail.error_code, mail.raw_name) == (State.SENT, "", "")
    assert [letter.recipients for letter in office.sink.letters] == [("here@b.example",), ("gray@a.example",)]
    assert Message.objects.count() == len(office.sent_folder()) == 1


def tries_of(office: Office) -> int:
    """To sign in."""
    return len([command for command in office.sink.commands if command.startswith("AUTH")])


def refuse(office: Office) -> None:
    """Until the mailbox is known to need a sign-in."""
    for _time in range(2):
        OutgoingMail.objects.update(due_at=timezone.now())
        deliver(office.mailbox.pk)


@pytest.mark.rule("M90")
def test_a_sign_in_refused_once_is_tried_again_with_one_letter_before_anybody_is_told(
    office: Office, queue: Queue
) -> None:
    store_secret(office.mailbox, Credential.Field.SMTP_PASSWORD, Secret("wrong"))
    mails = [queue(mailbox_id=office.mailbox.pk) for _ in range(3)]
    for _time in range(2):
        deliver(office.mailbox.pk)
    assert tries_of(office) == 1  # the others wait as well
    assert all(mail.due_at > timezone.now() for mail in OutgoingMail.objects.all())
    assert {mail.state for mail in OutgoingMail.objects.all()} == {State.RETRY, State.QUEUED}
    assert not Notice.objects.exists()
    store_secret(office.mailbox, Credential.Field.SMTP_PASSWORD, Secret(office.sink.password))
    OutgoingMail.objects.update(due_at=timezone.now())
    deliver(office.mailbox.pk)
    assert sorted(office.sink_ids()) == sorted(mail.message_id_header for mail in mails)
    assert not Mailbox.objects.get(pk=office.mailbox.pk).error_code


@pytest.mark.rule("M90", "M94")
def test_letters_wait_for_a_sign_in_and_go_by_themselves_after_it(office: Office, queue: Queue) -> None:
    store_secret(office.mailbox, Credential.Field.SMTP_PASSWORD, Secret("wrong"))
    mails = [queue(mailbox_id=office.mailbox.pk) for _ in range(3)]
    refuse(office)
    deliver(office.mailbox.pk)
    assert {mail.state for mail in OutgoingMail.objects.all()} == {State.HELD}
    assert {mail.error_code for mail in OutgoingMail.objects.all()} == {"auth"}
    assert tries_of(office) == 2
    assert Notice.objects.get().kind == "mailbox.needs_login"
    assert not list_mailboxes_with_work()
    store_secret(office.mailbox, Credential.Field.SMTP_PASSWORD, Secret(office.sink.password))
    Mailbox.objects.filter(pk=office.mailbox.pk).update(smtp_error_code="")
    assert list_mailboxes_with_work() == [(office.mailbox.account_id, office.mailbox.pk)]
    deliver(office.mailbox.pk)
    assert sorted(office.sink_ids()) == sorted(mail.message_id_header for mail in mails)


@pytest.mark.rule("M90")
def test_a_sign_in_mended_just_now_never_fails_what_waited_for_it(office: Office, queue: Queue) -> None:
    store_secret(office.mailbox, Credential.Field.SMTP_PASSWORD, Secret("wrong"))
    mail = queue(mailbox_id=office.mailbox.pk)
    refuse(office)
    seen_before = Mailbox.objects.get(pk=office.mailbox.pk)
    Mailbox.objects.filter(pk=office.mailbox.pk).update(smtp_error_code="")
    release_held(seen_before)
    mail.refresh_from_db()
    assert mail.state == State.QUEUED


def test_nobody_mends_the_mailbox_for_three_days(office: Office, queue: Queue) -> None:
    store_secret(office.mailbox, Credential.Field.SMTP_PASSWORD, Secret("wrong"))
    mail = queue(mailbox_id=office.mailbox.pk)
    refuse(office)
    pass_time(mail)
    assert list_mailboxes_with_work()
    mail = after_delivery(mail)
    assert (mail.state, mail.error_code) == (State.FAILED, "not_mended")


def test_a_file_that_is_gone_fails_the_letter_before_anything_is_sent(office: Office, queue: Queue) -> None:
    mail = queue(mailbox_id=office.mailbox.pk)
    OutgoingMail.objects.filter(pk=mail.pk).update(raw_name="1/outgoing/gone.eml")
    mail = after_delivery(mail)
    assert (mail.state, mail.error_code) == (State.FAILED, "file_missing")
    assert office.sink.commands == []
