"""A mailing is started, paused, resumed, canceled by people; what each means: outbox.mailing_states."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import Membership
from accounts.tenancy import current_account_id
from outbox.errors import MailingRefused, WrongState
from outbox.mailing_access import get_draft_of, get_mailing_for
from outbox.mailing_blanks import leave_out_blanks, written_fields
from outbox.mailing_checks import Check, Severity, check_mailing
from outbox.mailing_recipients import prepare
from outbox.mailing_states import BY_PERSON, State, hold, move, tell
from outbox.mailing_tasks import feed_mailing
from outbox.models import Mailing

FRESH = timedelta(hours=1)  # so long recipients count as found: cards change


def start_mailing(
    member: Membership, mailing_id: int | str, *, is_confirmed: bool = False, leaves_out_blanks: bool = False
) -> Mailing:
    """`is_confirmed`: somebody has read the warnings. Raises NotAllowed, MailingNotFound, WrongState,
    MailingRefused.
    """
    mailing = _found_again(member, mailing_id)
    checks = check_mailing(member, mailing, with_domain=not is_confirmed)
    fatal = (Severity.ERROR,) if is_confirmed else (Severity.ERROR, Severity.WARNING)
    if any(check.severity in fatal and not (leaves_out_blanks and _is_blank(check)) for check in checks):
        raise MailingRefused(checks)
    fields = written_fields(mailing) if leaves_out_blanks else ()
    with transaction.atomic():
        mailing = get_draft_of(member, mailing_id)
        gone = leave_out_blanks(mailing, fields)
        mailing.recipient_count -= gone
        if not mailing.recipient_count:
            raise MailingRefused([Check("nobody", Severity.ERROR, _("Nobody would be left who gets it."))])
        mailing.state, mailing.started_at, mailing.feed_at = State.RUNNING, timezone.now(), timezone.now()
        mailing.save(update_fields=["state", "started_at", "feed_at", "recipient_count"])
        record(member, "mailing.started", target=mailing, count=mailing.recipient_count)
        tell(mailing)
        _wake(mailing)
    return mailing


def pause_mailing(member: Membership, mailing_id: int | str) -> Mailing:
    """Raises NotAllowed, MailingNotFound, WrongState."""
    return _changed(member, mailing_id, (State.RUNNING,), State.PAUSED)


def resume_mailing(member: Membership, mailing_id: int | str) -> Mailing:
    """Raises NotAllowed, MailingNotFound, WrongState."""
    return _changed(member, mailing_id, (State.PAUSED,), State.RUNNING)


def cancel_mailing(member: Membership, mailing_id: int | str) -> Mailing:
    """What a server has already stays sent. Raises NotAllowed, MailingNotFound, WrongState."""
    return _changed(member, mailing_id, (State.RUNNING, State.PAUSED), State.CANCELED)


def _found_again(member: Membership, mailing_id: int | str) -> Mailing:
    with transaction.atomic():
        mailing = get_draft_of(member, mailing_id)
        if mailing.prepared_at is None or mailing.prepared_at < timezone.now() - FRESH:
            prepare(mailing)
    return mailing


def _is_blank(check: Check) -> bool:
    return check.code == "empty_field"


@transaction.atomic
def _changed(member: Membership, mailing_id: int | str, allowed: Collection[str], to: Mailing.State) -> Mailing:
    mailing = hold(get_mailing_for(member, mailing_id).pk)
    if mailing is None or mailing.state not in allowed:
        words = _("This is not possible: the mailing has changed meanwhile.")
        raise WrongState(words, state=mailing.state if mailing else "")
    move(mailing, to, BY_PERSON)
    if to == State.RUNNING:
        _wake(mailing)
    record(member, f"mailing.{'resumed' if to == State.RUNNING else to}", target=mailing)
    return mailing


def _wake(mailing: Mailing) -> None:
    """Without a broker the sweep finds it."""
    transaction.on_commit(partial(feed_mailing.delay, current_account_id(), mailing.pk), robust=True)
