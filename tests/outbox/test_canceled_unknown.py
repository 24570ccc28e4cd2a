"""A letter whose outcome nobody knew, and that a person gave up, is left alone."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import Membership
from outbox.delivery import deliver
from outbox.models import OutgoingMail
from outbox.services import cancel
from outbox.states import State
from tests.outbox.conftest import Office, Queue


def test_no_copy_of_it_is_put_into_sent(office: Office, queue: Queue, alice: Membership) -> None:
    office.sink.drop_after_data = True
    mail = queue(mailbox_id=office.mailbox.pk)
    deliver(office.mailbox.pk)
    cancel(alice, mail.pk)
    OutgoingMail.objects.filter(sent_check_at__isnull=False).update(sent_check_at=timezone.now())
    deliver(office.mailbox.pk)
    assert OutgoingMail.objects.get().state == State.CANCELED
    assert office.sent_folder() == []
