"""One attempt to send one letter, and writing down what came of it."""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Sequence

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone, translation

from letter_templates.errors import PartRefused, TemplateRefused
from mailboxes.health import note_smtp_refused
from mailkit.errors import LoginRefused, MailError, RecipientRefused, UnsafeText
from mailkit.failpoints import failpoint
from mailkit.types import RecipientResult, SmtpResult
from outbox import states
from outbox.composing import freeze
from outbox.errors import LinkFailed
from outbox.failures import AUTH, LIMIT, MAX_ATTEMPTS, code_of, code_of_reply, judge, pause_after, words_of
from outbox.line import Line
from outbox.models import OutgoingMail, OutgoingRecipient
from outbox.notices import FAILED, SOME_REFUSED, UNKNOWN, tell_author

logger = logging.getLogger(__name__)

State = OutgoingMail.State
RecipientState = OutgoingRecipient.State
DATABASE_PAUSES = (0, 1, 2, 4, 8, 15, 30)  # seconds


def attempt(mail: OutgoingMail, line: Line) -> bytes:
    """From the final bytes, which are returned, to the outcome in the row; b"" when they cannot be made. The letter is
    leased, and a sent one stays so. Raises LetterChanged when the lease was lost.
    """
    failpoint("T3")
    try:
        with translation.override(mail.author.user.language):  # what is wrong with it is said to its author
            raw = freeze(mail)
    except (FileNotFoundError, LinkFailed, TemplateRefused, UnsafeText) as error:
        _give_up_making(mail, error)
        return b""
    failpoint("T5")
    outcome = _hand_over(mail, raw, line)
    failpoint("T11")
    _record_surely(mail, outcome)
    failpoint("T12")
    return raw


def _give_up_making(mail: OutgoingMail, error: Exception) -> None:
    """It needs its writer; but what a busy machine may have been the reason of is tried again."""
    code, detail = _why_not_made(error)
    if isinstance(error, TemplateRefused) and error.is_passing and mail.attempts < MAX_ATTEMPTS:
        states.mark_retry(mail, due_at=timezone.now() + pause_after(mail.attempts), code=code, detail=detail)
    else:
        fail(mail, code=code, detail=detail)


def _why_not_made(error: Exception) -> tuple[str, str]:
    """The code of outbox.advice, and what there is to say beside it."""
    if isinstance(error, TemplateRefused):
        return "fields" if isinstance(error, PartRefused) else "signature", error.message
    if isinstance(error, LinkFailed):
        return "attachment", str(error)
    return ("unsafe_text", str(error)) if isinstance(error, UnsafeText) else ("file_missing", "")


def _hand_over(mail: OutgoingMail, raw: bytes, line: Line) -> SmtpResult | MailError:
    """The conversation with the server; its failures are outcomes too."""

    def note_data_accepted() -> None:
        """The server said 354. Raises LetterChanged, and then not a byte flows: another worker has the letter."""
        failpoint("T8")
        states.note(mail, raw_name=mail.raw_name, data_accepted_at=timezone.now())
        failpoint("T9")

    waiting = [row.address for row in mail.recipients.all() if row.state == RecipientState.WAITING]
    try:
        return line.send(mail.mailbox, recipients=waiting, raw=raw, on_data_accepted=note_data_accepted)
    except MailError as error:
        return error


def _record_surely(mail: OutgoingMail, outcome: SmtpResult | MailError) -> None:
    """This process alone knows what the server said: a database that restarts must not make an unknown of it."""
    for pause in DATABASE_PAUSES:
        try:
            record(mail, outcome)
            break
        except (OperationalError, InterfaceError):
            logger.warning("outcome not recorded yet", extra={"mail": mail.pk}, exc_info=True)
            connection.close()
            time.sleep(pause)
    else:
        record(mail, outcome)


def record(mail: OutgoingMail, outcome: SmtpResult | MailError) -> None:
    """Write the outcome down, in the row and in `mail`; in neither when it fails. Raises LetterChanged."""
    if isinstance(outcome, SmtpResult) and _is_taken_by_all(mail, outcome):
        states.mark_taken(mail, timezone.now())
        return
    _record_parts(copy.copy(mail), outcome)
    mail.refresh_from_db()


def _is_taken_by_all(mail: OutgoingMail, result: SmtpResult) -> bool:
    """Nobody refused it, now or earlier. Most letters are so, and for them there is little to write down."""
    was_refused = any(row.state == RecipientState.REFUSED for row in mail.recipients.all())
    return not was_refused and all(answer.is_accepted for answer in result.recipients)


@transaction.atomic
def _record_parts(mail: OutgoingMail, outcome: SmtpResult | MailError) -> None:
    if mail.data_accepted_at is None and mail.raw_name:
        states.note(mail, raw_name=mail.raw_name)
    if isinstance(outcome, SmtpResult):
        _record_answers(mail, outcome.recipients)
        _conclude(mail, is_accepted=True)
    elif isinstance(outcome, RecipientRefused) and code_of(outcome) != LIMIT:
        _record_answers(mail, outcome.recipients)
        _conclude(mail, is_accepted=False)
    else:
        _record_failure(mail, outcome)


def _record_answers(mail: OutgoingMail, answers: Sequence[RecipientResult]) -> None:
    """Per recipient: accepted, refused for good (5xx), or still waiting (4xx)."""
    by_address = {answer.email: answer for answer in answers}
    rows = [row for row in mail.recipients.filter(state=RecipientState.WAITING) if row.address in by_address]
    for row in rows:
        answer = by_address[row.address]
        row.error = "" if answer.is_accepted else words_of(answer.code, answer.reply)
        if answer.is_accepted:
            row.state = RecipientState.ACCEPTED
        elif answer.code >= 500:
            row.state = RecipientState.REFUSED
    OutgoingRecipient.objects.bulk_update(rows, ["state", "error"])


def _conclude(mail: OutgoingMail, *, is_accepted: bool) -> None:
    """The next state by what the recipients' rows say. Those who have the letter never get it again."""
    now = timezone.now()
    was_sent = {"sent_at": mail.sent_at or now, "sent_check_at": now} if is_accepted else {}
    waiting = mail.recipients.filter(state=RecipientState.WAITING)
    if mail.attempts < MAX_ATTEMPTS and (first := waiting.first()):
        due_at = now + pause_after(mail.attempts)
        states.mark_retry(mail, due_at=due_at, code="try_later", detail=first.error, **was_sent)
        return
    waiting.update(state=RecipientState.REFUSED)
    refused = mail.recipients.filter(state=RecipientState.REFUSED).first()
    if is_accepted or mail.sent_at:
        _mark_sent(mail, some_refused=refused is not None)
    else:
        words = refused.error if refused else ""
        fail(mail, code=code_of_reply(int(words[:3]) if words[:3].isdigit() else 0, words), detail=words)


def _record_failure(mail: OutgoingMail, error: MailError) -> None:
    now = timezone.now()
    verdict = judge(error, attempts=mail.attempts, now=now, was_refused=_was_refused(mail))
    if verdict.state == State.UNKNOWN:
        leave_unknown(mail, detail=verdict.detail)
    elif verdict.state == State.FAILED:
        fail(mail, code=verdict.code, detail=verdict.detail)
    elif verdict.state == State.HELD and isinstance(error, LoginRefused):
        states.hold(mail, until=verdict.due_at or now, code=verdict.code, detail=verdict.detail)
        note_smtp_refused(mail.mailbox, error)
    else:
        states.mark_retry(mail, due_at=verdict.due_at or now, code=verdict.code, detail=verdict.detail)


def _was_refused(mail: OutgoingMail) -> bool:
    """The sign-in of its mailbox, a moment ago: for this letter or another one."""
    tried = OutgoingMail.objects.filter(mailbox=mail.mailbox_id, state__in=[State.SENDING, State.RETRY])
    return tried.filter(error_code=AUTH).exists()


def _mark_sent(mail: OutgoingMail, *, some_refused: bool) -> None:
    states.mark_sent(mail, timezone.now(), code="some_refused" if some_refused else "")
    if some_refused:
        tell_author(mail, SOME_REFUSED)


def fail(mail: OutgoingMail, *, code: str, detail: str) -> None:
    """For good, unless an earlier attempt reached somebody. The author is told: he may have gone on to other things."""
    if mail.sent_at is not None:
        mail.recipients.filter(state=RecipientState.WAITING).update(state=RecipientState.REFUSED, error=detail)
        _mark_sent(mail, some_refused=True)
        return
    states.mark_failed(mail, code=code, detail=detail)
    tell_author(mail, FAILED)


def leave_unknown(mail: OutgoingMail, *, detail: str) -> None:
    """To be looked up in Sent; but when an earlier attempt reached others, a copy lies there and proves nothing."""
    if mail.sent_at is None:
        states.mark_unknown(mail, timezone.now(), code="looking", detail=detail)
        return
    states.mark_unknown(mail, timezone.now(), code="unknown", detail=detail)
    tell_author(mail, UNKNOWN)
