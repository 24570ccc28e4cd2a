"""What people and programs do with outgoing letters: queue, cancel, send again."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import Membership
from outbox import states
from outbox.access import get_mail_for
from outbox.composing import thaw
from outbox.drafts import draft_from, get_draft_for, give_back
from outbox.errors import LetterChanged, WrongState
from outbox.models import Draft, OutgoingMail, OutgoingRecipient
from outbox.queueing import queue_letter, wake
from outbox.replies import ReplyDefaults, reply_defaults
from outbox.requests import LetterRequest
from outbox.uploads import store_upload

__all__ = [
    "LetterRequest",
    "ReplyDefaults",
    "cancel",
    "queue_letter",
    "reply_defaults",
    "retry",
    "store_upload",
    "take_back",
]

State = OutgoingMail.State


@transaction.atomic
def cancel(member: Membership, mail_id: int | str) -> OutgoingMail:
    """Take a letter back before it is sent, or leave one that failed. Its author finds the draft again that it was.

    Raises MailNotFound, WrongState.
    """
    mail = get_mail_for(member, mail_id)
    too_late = WrongState(_("It is too late: the letter is being sent, or was."), state=mail.state)
    if State.CANCELED not in states.CHANGES[State(mail.state)]:
        raise too_late
    try:
        _cancel(mail)
    except LetterChanged as error:  # a worker took it between our look and our word
        raise too_late from error
    return mail


@transaction.atomic
def take_back(member: Membership, mail_id: int | str) -> Draft:
    """Cancel it, to write on in it: the draft it was, or a new one like it. Raises MailNotFound, WrongState."""
    mail = get_mail_for(member, mail_id)
    if mail.author_id != member.pk:
        raise WrongState(_("Only its author can write on in a letter. You can cancel it."), state=mail.state)
    if mail.sent_at is not None:
        raise WrongState(_("The letter has reached some of its recipients already."), state=mail.state)
    draft = mail.drafts.first()
    cancel(member, mail.pk)
    return get_draft_for(member, draft.pk) if draft else draft_from(mail)


@transaction.atomic
def cancel_letters_of(member: Membership) -> None:
    """What a deactivated member has queued is not sent. What is being sent at this moment still is, but not
    tried again: outbox.delivery.fail_left_behind."""
    waiting = OutgoingMail.objects.filter(author=member, state__in=[State.QUEUED, State.RETRY, State.HELD])
    for mail in waiting.select_for_update():
        _cancel(mail)


def _cancel(mail: OutgoingMail) -> None:
    """Its final bytes go, unless some have got it: then it is filed yet."""
    states.cancel(mail)
    if mail.raw_name and mail.sent_at is None:
        thaw(mail)
    give_back(mail)


@transaction.atomic
def retry(member: Membership, mail_id: int | str) -> OutgoingMail:
    """Send a failed letter again, or one whose outcome is unknown: only a person may decide that. Same bytes, same
    Message-ID, and only to those who have not got it. Raises MailNotFound, WrongState.
    """
    mail = get_mail_for(member, mail_id)
    was = mail.state
    refused = WrongState(_("Only a letter that failed, or whose outcome is unknown, can be sent again."), state=was)
    if was not in (State.FAILED, State.UNKNOWN):
        raise refused
    if not mail.author.is_active:
        raise WrongState(_("Its author may not send any more. Write the letter anew in your own name."), state=was)
    try:
        states.put_back_by_person(mail, timezone.now())
    except LetterChanged as error:  # a worker found it, or somebody else was first
        raise refused from error
    mail.recipients.filter(state=OutgoingRecipient.State.REFUSED).update(
        state=OutgoingRecipient.State.WAITING, error=""
    )
    record(member, "mail.resent", target=mail, was=was)
    wake(mail.mailbox)
    return mail
