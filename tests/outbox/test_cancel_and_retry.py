"""Taking a letter back, and sending it again: people decide, within what the states allow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEvent, Membership
from accounts.tenancy import tenant
from outbox import states
from outbox.errors import MailNotFound, WrongState
from outbox.models import OutgoingMail, OutgoingRecipient
from outbox.services import cancel, retry
from outbox.states import State
from tests.outbox.conftest import Queue


def sending(queue: Queue) -> OutgoingMail:
    mail = queue()
    states.claim(mail, timezone.now())
    return mail


@pytest.mark.rule("M20", "G04")
def test_a_waiting_letter_is_taken_back(queue: Queue, alice: Membership) -> None:
    mail = queue(undo_seconds=10)
    assert cancel(alice, mail.pk).state == State.CANCELED
    assert not OutgoingMail.objects.waiting(timezone.now()).exists()


def test_once_it_is_being_sent_it_is_too_late(queue: Queue, alice: Membership) -> None:
    with pytest.raises(WrongState) as refused:
        cancel(alice, sending(queue).pk)
    assert refused.value.state == State.SENDING
    assert refused.value.message


def test_others_neither_cancel_nor_retry(queue: Queue, bob: Membership, charlie: Membership) -> None:
    mail = queue(undo_seconds=10)
    for change in (cancel, retry):
        with pytest.raises(MailNotFound):
            change(bob, mail.pk)
        with pytest.raises(MailNotFound), tenant(charlie.account_id):
            change(charlie, mail.pk)
    for nonsense in ("x", "", "٣", "9" * 30, -1):
        with pytest.raises(MailNotFound):
            cancel(bob, nonsense)


@pytest.mark.rule("G04", "G12")
@pytest.mark.parametrize("end", ["failed", "unknown"])
def test_a_person_sends_it_again(queue: Queue, alice: Membership, end: str) -> None:
    mail = sending(queue)
    mail.recipients.update(state=OutgoingRecipient.State.REFUSED, error="550 no")
    if end == "failed":
        states.mark_failed(mail, code="spam", detail="554")
    else:
        states.mark_unknown(mail, timezone.now(), code="unknown", detail="")
    again = retry(alice, mail.pk)
    assert (again.state, again.attempts, again.error_code, again.sent_check_at) == (State.QUEUED, 0, "", None)
    assert again.message_id_header == mail.message_id_header
    assert [(row.state, row.error) for row in again.recipients.all()] == [("waiting", "")]
    event = AuditEvent.objects.get(action="mail.resent")
    assert (event.actor, event.target_id, event.facts) == (alice, mail.pk, {"was": end})


def test_only_what_ended_badly_is_sent_again(queue: Queue, alice: Membership) -> None:
    mail = sending(queue)
    with pytest.raises(WrongState):
        retry(alice, mail.pk)
    states.mark_sent(mail, timezone.now())
    with pytest.raises(WrongState):
        retry(alice, mail.pk)


def test_of_two_people_who_send_it_again_at_once_one_is_told_it_is_too_late(queue: Queue, alice: Membership) -> None:
    mail = sending(queue)
    states.mark_failed(mail, code="spam", detail="554")
    others: list[int] = []

    def let_another_be_first(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:  # noqa: ANN401
        if "UPDATE" in sql and "outbox_outgoingmail" in sql and not others:
            others.append(mail.pk)
            OutgoingMail.objects.filter(pk=mail.pk).update(state=State.QUEUED)
        return execute(sql, *rest)

    with connection.execute_wrapper(let_another_be_first), pytest.raises(WrongState):
        retry(alice, mail.pk)
    assert others
