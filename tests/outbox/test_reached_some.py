"""A letter that reached some of its recipients, and then no more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mailboxes.models import Credential
from mailboxes.secrets import store_secret
from mailkit.types import Secret
from outbox import states
from outbox.failures import MAX_ATTEMPTS
from outbox.models import OutgoingMail
from outbox.states import State
from tests.outbox.conftest import Office, Queue
from tests.outbox.test_refusals import after_delivery, pass_time


@pytest.mark.rule("G04", "M94")
@pytest.mark.parametrize("trouble", ["not_mended", "interrupted"])
def test_a_letter_that_reached_some_is_never_called_failed(office: Office, queue: Queue, trouble: str) -> None:
    office.sink.replies["RCPT gray@a.example"] = "450 4.2.0 greylisted"
    mail = after_delivery(queue(mailbox_id=office.mailbox.pk, to=["gray@a.example", "here@b.example"]))
    pass_time(mail)
    if trouble == "not_mended":
        store_secret(office.mailbox, Credential.Field.SMTP_PASSWORD, Secret("wrong"))
        mail = after_delivery(mail)
        pass_time(mail)
        mail = after_delivery(mail)
        assert mail.state == State.HELD
        pass_time(mail)
    else:
        mail.refresh_from_db()
        states.claim(mail, timezone.now() - timedelta(hours=1))
        OutgoingMail.objects.update(attempts=MAX_ATTEMPTS)
    mail = after_delivery(mail)
    assert (mail.state, mail.error_code) == (State.SENT, "some_refused")
    assert {row.address: row.state for row in mail.recipients.all()} == {
        "gray@a.example": "refused",
        "here@b.example": "accepted",
    }
