"""After the server took a letter: filed once in the CRM, copied once to the server's Sent folder (M93, K14), or, when
nobody knows whether it was taken, looked up there.

The copy is never appended without a search by Message-ID before: some providers file what they send by themselves, and
a worker may have died after its APPEND. That a copy fails never fails the letter.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import live
from mailboxes.connections import imap_session
from mailboxes.models import Mailbox
from mailkit.errors import FolderGone, MailError, PermanentMailError, ProtocolViolated
from mailkit.failpoints import failpoint
from mailkit.folders import list_sent_folders, pick_sent_folder
from mailkit.imap_session import ImapSession
from mailkit.providers import files_sent
from outbox import leases, states
from outbox.composing import own_copy, thaw
from outbox.errors import LetterChanged
from outbox.models import OutgoingMail, OutgoingRecipient
from outbox.notices import UNKNOWN, tell_author
from outbox.storage import read_bytes
from threads.filing import SentLetter, file_sent_letters
from threads.models import Folder, Message

logger = logging.getLogger(__name__)

State = OutgoingMail.State
SentCopy = OutgoingMail.SentCopy
SETTLED_AT_ONCE = 100  # letters in one session
FIRST_PAUSE = timedelta(minutes=1)  # doubled each time
PROVIDER_FILES_WITHIN = timedelta(minutes=10)
LOOK_FOR = timedelta(hours=24)  # then the copy has failed, and the unknown stays unknown


def settle(mailbox: Mailbox) -> None:
    """File, copy and look up what is due in this mailbox."""
    token = uuid.uuid4()
    mails = _claim(mailbox, token)
    if not mails:
        return
    with leases.kept(token):
        mails = [mail for mail in mails if _take_step(mail, _file_late)]
        if mailbox.can_receive:
            _visit_sent_folder(mailbox, mails)
        else:
            _do_without_folders(mails, token)


def _take_step(mail: OutgoingMail, step: Callable[[OutgoingMail], None]) -> bool:
    """Take a step, and say whether there may be another. One letter's trouble is not that of the others."""
    try:
        step(mail)
    except LetterChanged:
        logger.warning("lease lost", extra={"mail": mail.pk})
        return False
    except FileNotFoundError:
        logger.exception("final bytes are gone", extra={"mail": mail.pk})
        _done(mail, SentCopy.FAILED)
        return False
    return True


def _claim(mailbox: Mailbox, token: uuid.UUID) -> list[OutgoingMail]:
    now = timezone.now()
    due = OutgoingMail.objects.to_settle(now).filter(mailbox=mailbox).select_related("mailbox", "author")
    with transaction.atomic():
        mails = list(
            due.order_by("sent_check_at", "id").select_for_update(skip_locked=True, of=("self",))[:SETTLED_AT_ONCE]
        )
        if mails:
            states.claim_to_settle(mails, token, now)
    return mails


def _file_late(mail: OutgoingMail) -> None:
    """Its worker died between the server's answer and filing, or some recipients are still waiting."""
    if mail.sent_at and mail.message_id is None:
        file_letter(mail, read_bytes(mail.raw_name))


def file_letter(mail: OutgoingMail, raw: bytes) -> None:
    """Raises LetterChanged."""
    if file_letters([(mail, raw)]) != 1:
        raise LetterChanged(mail.pk)


def file_letters(letters: Sequence[tuple[OutgoingMail, bytes]]) -> int:
    """One message in the CRM for each; filing knows a letter that sync was first to find in Sent. None for those that
    people have deleted for good meanwhile. All are of one mailbox and one lease; the number of those that still had it.
    """
    mailbox, token = letters[0][0].mailbox, letters[0][0].lease_token
    copies = [
        SentLetter(own_copy(mail, raw), mail.sent_at, written_in_id=mail.answers_to_id)
        for mail, raw in letters
        if mail.sent_at
    ]
    messages = file_sent_letters(mailbox, copies)
    filed = {mail.pk: place for (mail, _raw), place in zip(letters, messages, strict=True) if place}
    noted = states.note_filed(filed, token)
    for mail, _raw in letters:
        if mail.pk in filed:
            mail.message_id, mail.thread_id = filed[mail.pk]
    live.publish("outbox", mailbox_id=mailbox.pk)
    return noted + len(letters) - len(filed)


def _visit_sent_folder(mailbox: Mailbox, mails: list[OutgoingMail]) -> None:
    """One session for all of them. What could not be done is done later."""
    left = list(mails)
    try:
        with imap_session(mailbox) as session:
            folder = _open_sent_folder(mailbox, session)
            while left:
                _take_step(left[0], partial(_settle_one, session=session, folder=folder))
                left.pop(0)
    except MailError as error:
        logger.info("Sent folder not reached", extra={"mailbox": mailbox.pk, "error": type(error).__name__})
        for mail in left:
            _take_step(mail, _later)


def _open_sent_folder(mailbox: Mailbox, session: ImapSession) -> str:
    """The one that is read, so that the copy comes back as the letter that we know; "" when the server has none. Raises
    FolderGone where it had one: many programs make it again when they send next.
    """
    known = _known_sent_folder(mailbox) or _find_sent_folder(mailbox, session)
    try:
        return _examined(session, known)
    except FolderGone:  # renamed or deleted: the next visit of sync finds the new one in the same way
        found = _find_sent_folder(mailbox, session)
        if not found:
            raise
        return _examined(session, found)


def _examined(session: ImapSession, folder: str) -> str:
    if folder:
        session.examine(folder)
    return folder


def _known_sent_folder(mailbox: Mailbox) -> str:
    sent = Folder.objects.filter(mailbox=mailbox, role=Folder.Role.SENT).first()
    return sent.name if sent and _is_read(mailbox, sent) else mailbox.sent_folder


def _find_sent_folder(mailbox: Mailbox, session: ImapSession) -> str:
    return pick_sent_folder(list_sent_folders(session.list_folders()), mailbox.sent_folder)


def _is_read(mailbox: Mailbox, sent: Folder) -> bool:
    """Not when a person picked another one, or the mailbox moved to another service, and no visit saw to it yet."""
    return mailbox.sent_folder in ("", sent.name) and sent.server in ("", mailbox.imap_account)


def _settle_one(mail: OutgoingMail, *, session: ImapSession, folder: str) -> None:
    """Raises MailError when the session is no good any more."""
    if not folder:
        _do_without_folder(mail)
    elif mail.state == State.UNKNOWN and mail.sent_at is None:
        _look_up(mail, session)
    elif mail.sent_copy == SentCopy.DONE:  # an earlier attempt reached some recipients; now all are done
        _copied(mail)
    else:
        _copy(mail, session, folder)


def _look_up(mail: OutgoingMail, session: ImapSession) -> None:
    if _is_answered(mail):
        prove_sent(mail)
        states.release(mail)
    elif session.find_by_message_id(mail.message_id_header):
        _found(mail)
    else:
        _later(mail)


def _is_answered(mail: OutgoingMail) -> bool:
    """Somebody has it, or nobody could answer."""
    places = [mail.mailbox_id, *([mail.answers_to_id] if mail.answers_to_id else [])]
    return Message.objects.filter(mailbox__in=places, in_reply_to=mail.message_id_header).exists()


@transaction.atomic
def prove_sent(mail: OutgoingMail) -> None:
    """An outcome that nobody knew is known: an answer or a report came. It is filed and copied with the next round."""
    if mail.state != State.UNKNOWN or mail.sent_at is not None:
        return
    mail.recipients.filter(state=OutgoingRecipient.State.WAITING).update(state=OutgoingRecipient.State.ACCEPTED)
    states.mark_sent(mail, mail.data_accepted_at or timezone.now())


@transaction.atomic
def _found(mail: OutgoingMail) -> None:
    """The provider filed it, so it was sent: it is filed here too, and its copy is there."""
    mail.recipients.filter(state=OutgoingRecipient.State.WAITING).update(state=OutgoingRecipient.State.ACCEPTED)
    states.mark_sent(mail, mail.data_accepted_at or timezone.now())
    file_letter(mail, read_bytes(mail.raw_name))
    _copied(mail)


def _copy(mail: OutgoingMail, session: ImapSession, folder: str) -> None:
    raw = own_copy(mail, read_bytes(mail.raw_name))
    try:
        if not session.find_by_message_id(mail.message_id_header):
            if _provider_will_file(mail):
                _later(mail)
                return
            session.append(folder, raw, flags=["\\Seen"], received_at=mail.sent_at or timezone.now())
            failpoint("T13")
    except (FolderGone, ProtocolViolated):  # not about this letter: later, in another session
        raise
    except PermanentMailError as error:
        logger.warning("copy refused", extra={"mail": mail.pk, "error": type(error).__name__})
        _done(mail, SentCopy.FAILED)
    else:
        _copied(mail)


def _provider_will_file(mail: OutgoingMail) -> bool:
    """Gmail and others put what they send into Sent by themselves, but not always at once: two copies would be one
    too many. What is not there after a while, we put there after all."""
    is_early = mail.sent_at is not None and timezone.now() - mail.sent_at < PROVIDER_FILES_WITHIN
    return is_early and files_sent(mail.mailbox.smtp_host, mail.mailbox.imap_host)


def _copied(mail: OutgoingMail) -> None:
    if mail.state == State.SENT:
        thaw(mail, **_ended(SentCopy.DONE))
    else:
        _done(mail, SentCopy.DONE)
    failpoint("T14")


def _do_without_folder(mail: OutgoingMail) -> None:
    """A send-only mailbox, or a server without a Sent folder: nothing to copy to, nowhere to look."""
    if mail.state == State.UNKNOWN and mail.sent_at is None:
        _say_unknown(mail)
    _done(mail, SentCopy.NONE)


def _do_without_folders(mails: Sequence[OutgoingMail], token: uuid.UUID) -> None:
    """The same for many: those that were sent need one statement together."""
    for mail in mails:
        if mail.state == State.UNKNOWN:
            _take_step(mail, _do_without_folder)
    states.end_settling([mail for mail in mails if mail.state != State.UNKNOWN], token, SentCopy.NONE)


def _done(mail: OutgoingMail, sent_copy: SentCopy) -> None:
    states.note(mail, **_ended(sent_copy))


def _ended(sent_copy: SentCopy) -> dict[str, Any]:
    return {"sent_copy": sent_copy, "sent_check_at": None, "lease_token": None, "lease_until": None}


def _later(mail: OutgoingMail) -> None:
    """Look again after as long as it took until now; not for ever."""
    now = timezone.now()
    passed = now - (mail.sent_at or mail.data_accepted_at or now)
    if mail.state == State.UNKNOWN and mail.sent_at is None:
        _say_unknown(mail)
    if passed > LOOK_FOR:
        _done(mail, SentCopy.FAILED)
    else:
        pause = max(FIRST_PAUSE, passed)
        states.note(mail, sent_check_at=now + pause, lease_token=None, lease_until=None)


@transaction.atomic
def _say_unknown(mail: OutgoingMail) -> None:
    """Told once: after the first look into the Sent folder that did not find it."""
    if mail.error_code == "unknown":
        return
    states.note(mail, error_code="unknown")
    live.publish("outbox", mailbox_id=mail.mailbox_id, mail=mail.pk)
    tell_author(mail, UNKNOWN)
