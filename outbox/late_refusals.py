"""People who took no mail any more when their letter's turn came: letters of mailings and of rules may have waited for
days, for tomorrow's share of a daily limit, say. What a person writes to one other goes all the same.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from outbox import states
from outbox.errors import LetterChanged
from outbox.mailing_states import unmake_letters
from outbox.models import MailingRecipient, OutgoingMail
from outbox.suppression import marks_for

State = OutgoingMail.State


def leave_out(mail: OutgoingMail) -> bool:
    """Whether it goes to nobody and is out of the queue now. The letter is claimed. Raises LetterChanged."""
    if mail.mailing_id is None and not mail.is_automatic:
        return False
    addresses = [row.address for row in mail.recipients.all()]
    marks = marks_for(mail.contact_id, addresses)
    if len(marks) < len(set(addresses)):
        return False
    if mail.mailing_id is None:
        _cancel(mail)
    else:
        _take_back(mail, next(iter(marks.values())))
    return True


@transaction.atomic
def _cancel(mail: OutgoingMail) -> None:
    states.give_up_claim(mail, due_at=timezone.now())
    states.change(mail, State.CANCELED)


@transaction.atomic
def _take_back(mail: OutgoingMail, reason: str) -> None:
    """As outbox.feeding leaves out whom it finds so in time."""
    mine = OutgoingMail.objects.filter(pk=mail.pk, state=State.SENDING, lease_token=mail.lease_token)
    left_out = {"state": MailingRecipient.State.SKIPPED, "reason": reason}
    if not unmake_letters(mine, **left_out):
        raise LetterChanged(mail.pk)
