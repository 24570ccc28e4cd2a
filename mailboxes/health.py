"""What the last visit to the servers means for a mailbox: its state, its next visit, and whether its owner is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import live
from accounts.models import Membership
from accounts.notices import notify
from mailboxes.models import Fault, Mailbox
from mailkit.errors import (
    ConnectionFailed,
    FolderGone,
    LoginRefused,
    MailError,
    SentFolderGone,
    ServerThrottled,
    TlsRefused,
)
from mailkit.oauth import GRANT_ENDED

LOGIN_TRIES = 2  # then somebody has to look: more tries lock accounts
SHOWN_AFTER = 3  # temporary faults in a row, before people are told
FIRST_RETRY = timedelta(seconds=30)  # doubled each time
LONGEST_RETRY = timedelta(minutes=30)
THROTTLED_RETRY = timedelta(minutes=15)  # when the server does not say how long
LONGEST_WAIT = timedelta(days=1)  # whatever the server says
THROTTLED_SHOWN_AFTER = timedelta(days=1)  # without a visit that ended well, before people are told
UNREAD = (Mailbox.State.NEEDS_LOGIN, Mailbox.State.ERROR)  # Mailbox.state while visits fail
COUNTS_DIFFER = "counts_differ"  # Mailbox.error_code while the server's numbers do not add up
SMTP_LOGIN_REFUSED = "smtp_login_refused"  # Mailbox.smtp_error_code while sending needs a sign-in

COUNTED = ("failure_count", "refusal_count", "failing_since")

CODES: dict[type[MailError], str] = {
    ServerThrottled: "throttled",
    TlsRefused: "tls_refused",
    FolderGone: "folder_gone",
    SentFolderGone: "sent_folder_gone",
    ConnectionFailed: "no_connection",
}


# Why a login is refused, where the server says so: mailkit.errors.LoginRefused.reason.
LOGIN_CODES = {
    "": "login_refused",
    "web_login": "web_login_required",
    "imap_disabled": "imap_disabled",
    "app_password": "app_password_needed",
    "contact_admin": "contact_admin",
    GRANT_ENDED: GRANT_ENDED,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a failure leads to."""

    state: str | None  # None: as it was, nobody needs to know yet
    retry_after: timedelta | None  # None: not before somebody did something


def code_of(error: MailError) -> str:
    """A key of mailboxes.advice."""
    if isinstance(error, LoginRefused):
        return LOGIN_CODES.get(error.reason, LOGIN_CODES[""])
    return next((code for kind, code in CODES.items() if isinstance(error, kind)), "server_fault")


def judge(error: MailError, failures: int, failing_for: timedelta = timedelta()) -> Verdict:
    """`failures` in a row, this one included; of refused sign-ins, these alone. `failing_for`: since the first."""
    if isinstance(error, LoginRefused) and error.reason == GRANT_ENDED:
        return Verdict(Mailbox.State.NEEDS_LOGIN, None)
    if isinstance(error, LoginRefused):
        # A password is sometimes refused once though it is right (a provider's hiccup): the second time counts.
        return Verdict(Mailbox.State.NEEDS_LOGIN, None) if failures >= LOGIN_TRIES else Verdict(None, FIRST_RETRY)
    if isinstance(error, ServerThrottled):
        wait = timedelta(seconds=error.retry_after) if error.retry_after else THROTTLED_RETRY
        is_long = failing_for >= THROTTLED_SHOWN_AFTER
        return Verdict(Mailbox.State.ERROR if is_long else None, min(wait, LONGEST_WAIT))
    backoff = min(FIRST_RETRY * 2 ** min(failures - 1, 10), LONGEST_RETRY)
    return Verdict(Mailbox.State.ERROR if failures >= SHOWN_AFTER or error.is_permanent else None, backoff)


@transaction.atomic
def note_failure(mailbox: Mailbox, error: MailError) -> None:
    """A visit failed."""
    now = timezone.now()
    row = Mailbox.objects.select_for_update().get(pk=mailbox.pk)
    verdict = _count(row, error, now)
    is_news = verdict.state is not None and verdict.state != row.state
    row.error_code, row.error_detail = code_of(error), error.reply[:500]
    row.next_sync_at = now + verdict.retry_after if verdict.retry_after else None
    if verdict.state:
        row.state, row.status = verdict.state, Mailbox.Status.RED
    row.save(update_fields=[*COUNTED, "error_code", "error_detail", "next_sync_at", "state", "status"])
    if is_news:
        live.publish("mailbox", mailbox_id=row.pk)
    if is_news and verdict.state == Mailbox.State.NEEDS_LOGIN and not row.smtp_error_code:  # else they were told
        notify(caretakers(row), "mailbox.needs_login", mailbox=row.pk)


def _count(row: Mailbox, error: MailError, now: datetime) -> Verdict:
    """One failure more. Refusals count in a row: what else fails in between may have been the reason for them, too."""
    is_refusal = isinstance(error, LoginRefused)
    row.failure_count += 1
    row.refusal_count = row.refusal_count + 1 if is_refusal else 0
    row.failing_since = row.failing_since or now
    return judge(error, row.refusal_count if is_refusal else row.failure_count, now - row.failing_since)


@transaction.atomic
def note_synced(mailbox: Mailbox) -> None:
    """A visit succeeded, and all that it should bring is here."""
    now = timezone.now()
    was_well = Mailbox.objects.filter(pk=mailbox.pk, state=Mailbox.State.SYNCED, failure_count=0, error_code="")
    if was_well.update(last_synced_at=now):
        return
    _note_answered(mailbox, state=Mailbox.State.SYNCED, code="")
    live.publish("mailbox", mailbox_id=mailbox.pk)


@transaction.atomic
def note_doubtful(mailbox: Mailbox, code: str) -> None:
    """A visit brought all letters that the server lists, but its numbers are not believed (G13). `code` says why."""
    is_news = Mailbox.objects.filter(pk=mailbox.pk).exclude(error_code=code).exists()
    # Where it counts more than it lists, "synced" would not be true.
    _note_answered(mailbox, state=Mailbox.State.SYNCING if code == COUNTS_DIFFER else Mailbox.State.SYNCED, code=code)
    if is_news:
        live.publish("mailbox", mailbox_id=mailbox.pk)


def _note_answered(mailbox: Mailbox, *, state: Mailbox.State, code: str) -> None:
    """The servers answered, so what failed before is over: not what sending found."""
    row = Mailbox.objects.filter(pk=mailbox.pk)
    row.update(
        last_synced_at=timezone.now(),
        state=state,
        failure_count=0,
        refusal_count=0,
        failing_since=None,
        error_code=code,
        error_detail="",
    )
    row.filter(smtp_error_code="").update(status=Mailbox.Status.GREEN)


def caretakers(mailbox: Mailbox) -> list[Membership]:
    """Who can mend it: the owner, or the administrators of a shared one."""
    who = Q(pk=mailbox.owner_id) if mailbox.owner_id else Q(role=Membership.Role.ADMIN)
    return list(Membership.objects.filter(who, is_active=True))


@transaction.atomic
def note_smtp_refused(mailbox: Mailbox, error: LoginRefused) -> None:
    """Sending needs a sign-in; reading goes on. Cleared when sign-in data, new or stored, has been tested."""
    if error.reason == GRANT_ENDED:
        return  # noted for the whole mailbox, when the provider said so
    row = Mailbox.objects.select_for_update().filter(pk=mailbox.pk).first()
    if row is None or row.is_stopped or row.smtp_error_code:  # its sign-in was deleted while a letter was on its way
        return
    row.status, row.smtp_error_code, row.smtp_error_detail = Mailbox.Status.RED, SMTP_LOGIN_REFUSED, error.reply[:500]
    row.save(update_fields=["status", "smtp_error_code", "smtp_error_detail"])
    live.publish("mailbox", mailbox_id=row.pk)
    if row.state != Mailbox.State.NEEDS_LOGIN:  # else they were told
        notify(caretakers(row), "mailbox.needs_login", mailbox=row.pk)


def fault_of_sending(mailbox: Mailbox) -> Fault | None:
    """Why letters wait for a sign-in; None when they do not. Many at once: outbox.querysets."""
    if mailbox.smtp_error_code:
        return Fault(mailbox.smtp_error_code, mailbox.smtp_error_detail)
    return Fault(mailbox.error_code, mailbox.error_detail) if mailbox.error_code == GRANT_ENDED else None


@transaction.atomic
def note_smtp_mended(mailbox: Mailbox) -> None:
    """A sign-in for sending was accepted: what was held by it goes by itself."""
    mended = Mailbox.objects.filter(pk=mailbox.pk, smtp_error_code=SMTP_LOGIN_REFUSED)
    if not mended.update(smtp_error_code="", smtp_error_detail=""):
        return
    status = Mailbox.Status.GREEN if mailbox.can_receive else Mailbox.Status.GRAY
    Mailbox.objects.filter(pk=mailbox.pk).exclude(state__in=UNREAD).update(status=status)
    live.publish("mailbox", mailbox_id=mailbox.pk)


def note_grant_ended(row: Mailbox, error: LoginRefused) -> None:
    """The provider lets us in no more until a person signs in there. `row` is locked; one notice, whoever finds out."""
    if row.is_stopped:
        return
    is_news = row.state != Mailbox.State.NEEDS_LOGIN
    row.state, row.status, row.next_sync_at = Mailbox.State.NEEDS_LOGIN, Mailbox.Status.RED, None
    row.error_code, row.error_detail = GRANT_ENDED, error.reply[:500]
    row.save(update_fields=["state", "status", "next_sync_at", "error_code", "error_detail"])
    live.publish("mailbox", mailbox_id=row.pk)
    if is_news:
        notify(caretakers(row), "mailbox.needs_login", mailbox=row.pk)
