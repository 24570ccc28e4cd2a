"""Letters that wait for a time that somebody chose; not those that wait because the letters of a day are used up."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from outbox import states
from outbox.access import get_mail_for
from outbox.errors import LetterChanged, WrongState
from outbox.models import OutgoingMail
from outbox.querysets import OutgoingMailQuerySet
from outbox.queueing import wake
from outbox.requests import check_time


def scheduled_of(member: Membership) -> OutgoingMailQuerySet:
    """The next one first."""
    return OutgoingMail.objects.visible_to(member).scheduled(timezone.now()).order_by("due_at", "id")


def send_now(member: Membership, mail_id: int | str) -> OutgoingMail:
    """Raises MailNotFound, WrongState."""
    return _move(member, mail_id, timezone.now())


def reschedule(member: Membership, mail_id: int | str, send_at: datetime) -> OutgoingMail:
    """Raises MailNotFound, WrongState, LetterRefused."""
    check_time(send_at, timezone.now())
    return _move(member, mail_id, send_at)


@transaction.atomic
def _move(member: Membership, mail_id: int | str, due_at: datetime) -> OutgoingMail:
    mail = get_mail_for(member, mail_id)
    too_late = WrongState(_("It is too late: the letter is being sent, or was."), state=mail.state)
    if mail.state != OutgoingMail.State.QUEUED or mail.attempts:
        raise too_late
    try:
        states.move(mail, due_at=due_at)
    except LetterChanged as error:  # a worker took it between our look and our word
        raise too_late from error
    if due_at <= timezone.now():
        wake(mail.mailbox)
    return mail
