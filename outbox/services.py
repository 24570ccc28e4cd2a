"""What people and programs do with outgoing letters: queue, cancel, send again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import live
from accounts.audit import record
from accounts.models import Membership
from accounts.tenancy import current_account_id
from mailboxes.access import get_mailbox_for
from mailboxes.errors import MailboxNotFound
from mailboxes.models import Mailbox
from mailboxes.outgoing import get_outgoing_for
from mailkit.addresses import domain_of
from mailkit.composed_html import clean_letter_html
from mailkit.failpoints import failpoint
from mailkit.mime_text import html_to_text
from mailkit.mime_writer import new_message_id
from outbox import states
from outbox.access import get_mail_for
from outbox.errors import LetterChanged, LetterRefused, WrongState
from outbox.models import OutgoingAttachment, OutgoingMail, OutgoingRecipient, Upload
from outbox.replies import ReplyDefaults, reply_defaults
from outbox.requests import (
    MAX_UNDO_SECONDS,
    LetterRequest,
    Recipient,
    checked_body,
    checked_subject,
    recipients_of,
)
from outbox.tasks import deliver_mailbox
from outbox.uploads import store_upload, uploads_of
from threads.access import get_message_for
from threads.models import Message, Thread

__all__ = ["LetterRequest", "ReplyDefaults", "cancel", "queue_letter", "reply_defaults", "retry", "store_upload"]

State = OutgoingMail.State


def queue_letter(member: Membership, request: LetterRequest) -> OutgoingMail:
    """Put a letter in the queue. Raises MailboxNotFound, LetterRefused; nothing is stored then."""
    written_in = get_mailbox_for(member, request.mailbox_id)
    mailbox = _outgoing(member, written_in)
    recipients = recipients_of(request)
    mail = _new_mail(member, mailbox, request)
    mail.answers_to = written_in if written_in != mailbox else None
    uploads = uploads_of(member, request.upload_ids)
    with transaction.atomic():
        mail.save()
        _add_parts(mail, recipients, uploads)
        live.publish("outbox", mailbox_id=mailbox.pk, mail=mail.pk)
        if mail.due_at <= timezone.now():
            _wake(mailbox)
        failpoint("T1")
    failpoint("T2")
    return mail


def _outgoing(member: Membership, written_in: Mailbox) -> Mailbox:
    """Whose servers carry it: often the same (R07)."""
    try:
        carrier = get_outgoing_for(member, written_in)
    except MailboxNotFound as error:
        words = _("This mailbox sends through another one that you may not send from. Choose another sender.")
        raise LetterRefused("mailbox_id", words) from error
    if carrier.state == Mailbox.State.DISCONNECTED:
        words = _("%(address)s is disconnected. Reconnect it in Settings, or choose another sender.")
        raise LetterRefused("mailbox_id", words % {"address": carrier.address})
    return carrier


def _new_mail(member: Membership, mailbox: Mailbox, request: LetterRequest) -> OutgoingMail:
    html = clean_letter_html(checked_body(request.html)) if request.html else ""
    answered = get_message_for(member, request.reply_to_message_id) if request.reply_to_message_id else None
    return OutgoingMail(
        mailbox=mailbox,
        author=member,
        subject=checked_subject(request.subject),
        text=checked_body(request.text) or html_to_text(html),
        html=html,
        reply_to_message=answered,
        thread=_thread_of(answered, mailbox),
        message_id_header=new_message_id(domain_of(mailbox.address)),
        due_at=_due_at(request, timezone.now()),
    )


def _thread_of(answered: Message | None, mailbox: Mailbox) -> Thread | None:
    """Threads belong to one mailbox (K31): an answer from another one is not part of it."""
    return answered.thread if answered and answered.mailbox_id == mailbox.pk else None


def _due_at(request: LetterRequest, now: datetime) -> datetime:
    undo_until = now + timedelta(seconds=max(0, min(request.undo_seconds, MAX_UNDO_SECONDS)))
    return max(request.send_at or now, undo_until)


def _add_parts(mail: OutgoingMail, recipients: Sequence[Recipient], uploads: Sequence[Upload]) -> None:
    OutgoingRecipient.objects.bulk_create(
        OutgoingRecipient(
            mail=mail,
            kind=recipient.kind,
            position=position,
            address=recipient.address.email,
            name=recipient.address.name[:300],
        )
        for position, recipient in enumerate(recipients)
    )
    OutgoingAttachment.objects.bulk_create(
        OutgoingAttachment(mail=mail, upload=upload, position=position) for position, upload in enumerate(uploads)
    )


def _wake(mailbox: Mailbox) -> None:
    """Start a worker after the commit. `robust`: without a broker the letter is queued all the same; beat finds it."""
    wake = partial(deliver_mailbox.delay, current_account_id(), mailbox.pk)
    transaction.on_commit(wake, robust=True)


@transaction.atomic
def cancel(member: Membership, mail_id: int | str) -> OutgoingMail:
    """Take a letter back before it is sent, or leave one that failed. Raises MailNotFound, WrongState."""
    mail = get_mail_for(member, mail_id)
    too_late = WrongState(_("It is too late: the letter is being sent, or was."), state=mail.state)
    if State.CANCELED not in states.CHANGES[State(mail.state)]:
        raise too_late
    try:
        states.cancel(mail)
    except LetterChanged as error:  # a worker took it between our look and our word
        raise too_late from error
    return mail


@transaction.atomic
def cancel_letters_of(member: Membership) -> None:
    """What a deactivated member has queued is not sent. What is being sent at this moment still is."""
    waiting = OutgoingMail.objects.filter(author=member, state__in=[State.QUEUED, State.RETRY, State.HELD])
    for mail in waiting.select_for_update():
        states.cancel(mail)


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
    try:
        states.put_back_by_person(mail, timezone.now())
    except LetterChanged as error:  # a worker found it, or somebody else was first
        raise refused from error
    mail.recipients.filter(state=OutgoingRecipient.State.REFUSED).update(
        state=OutgoingRecipient.State.WAITING, error=""
    )
    record(member, "mail.resent", target=mail, was=was)
    _wake(mail.mailbox)
    return mail
