"""What people and programs do with outgoing letters: queue, cancel, send again."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.ids import row_number
from accounts.models import Membership
from outbox import states
from outbox.access import get_mail_for
from outbox.composing import thaw
from outbox.drafts import draft_from, draft_of, drafts_of, get_draft_for, give_back
from outbox.errors import DraftNotFound, LetterChanged, WrongState
from outbox.models import Draft, OutgoingMail, OutgoingRecipient
from outbox.queueing import queue_letter, wake
from outbox.replies import ReplyDefaults, reply_defaults
from outbox.requests import LetterRequest
from outbox.senders import may_send
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
    "take_back_all",
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
    draft = draft_of(mail)
    cancel(member, mail.pk)
    back = drafts_of(member).filter(pk=draft.pk).first() if draft else None
    return back or draft_from(mail)


@transaction.atomic
def take_back_all(member: Membership, draft_id: int | str) -> Draft:
    """Cancel every letter that a draft was sent as, to write on in it; one that is back already is left as it is.

    Raises DraftNotFound, WrongState.
    """
    draft = Draft.objects.filter(author=member, pk=row_number(draft_id)).first()
    if draft is None:
        raise DraftNotFound
    letters = OutgoingMail.objects.filter(Q(drafts=draft) | Q(addressees__draft=draft)).exclude(state=State.CANCELED)
    for mail in letters.distinct().order_by("pk"):
        if mail.sent_at is not None:
            raise WrongState(_("The letter has reached some of its recipients already."), state=mail.state)
        cancel(member, mail.pk)
    return get_draft_for(member, draft.pk)


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
    if not may_send(mail):
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
