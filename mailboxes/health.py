"""What the last visit to the servers means for a mailbox: its state, its next visit, and whether its owner is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import live
from accounts.models import Membership
from accounts.notices import notify
from mailboxes.models import STOPPED, Mailbox
from mailkit.errors import ConnectionFailed, FolderGone, LoginRefused, MailError, ServerThrottled, TlsRefused
from mailkit.oauth import GRANT_ENDED

LOGIN_TRIES = 2  # then somebody has to look: more tries lock accounts
SHOWN_AFTER = 3  # temporary faults in a row, before people are told
FIRST_RETRY = timedelta(seconds=30)  # doubled each time
LONGEST_RETRY = timedelta(minutes=30)
THROTTLED_RETRY = timedelta(minutes=15)  # when the server does not say how long
COUNTS_DIFFER = "counts_differ"  # Mailbox.error_code while the server's numbers do not add up
SMTP_LOGIN_REFUSED = "smtp_login_refused"  # Mailbox.error_code while sending needs a sign-in
SENDING_HELD = (SMTP_LOGIN_REFUSED, GRANT_ENDED)  # Mailbox.error_code while letters wait for a sign-in

CODES: dict[type[MailError], str] = {
    ServerThrottled: "throttled",
    TlsRefused: "tls_refused",
    FolderGone: "folder_gone",
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


def judge(error: MailError, failures: int) -> Verdict:
    """`failures` in a row, this one included."""
    if isinstance(error, LoginRefused) and error.reason == GRANT_ENDED:
        return Verdict(Mailbox.State.NEEDS_LOGIN, None)
    if isinstance(error, LoginRefused):
        # A password is sometimes refused once though it is right (a provider's hiccup): the second time counts.
        return Verdict(Mailbox.State.NEEDS_LOGIN, None) if failures >= LOGIN_TRIES else Verdict(None, FIRST_RETRY)
    if isinstance(error, ServerThrottled):
        wait = timedelta(seconds=error.retry_after) if error.retry_after else THROTTLED_RETRY
        return Verdict(None, wait)
    backoff = min(FIRST_RETRY * 2 ** min(failures - 1, 10), LONGEST_RETRY)
    return Verdict(Mailbox.State.ERROR if failures >= SHOWN_AFTER or error.is_permanent else None, backoff)


@transaction.atomic
def note_failure(mailbox: Mailbox, error: MailError) -> None:
    """A visit failed."""
    row = Mailbox.objects.select_for_update().get(pk=mailbox.pk)
    is_first_refusal = isinstance(error, LoginRefused) and row.error_code not in LOGIN_CODES.values()
    row.failure_count = 1 if is_first_refusal else row.failure_count + 1
    verdict = judge(error, row.failure_count)
    is_news = verdict.state is not None and verdict.state != row.state
    if row.error_code != SMTP_LOGIN_REFUSED:  # letters are held by it: only new sign-in data clear it
        row.error_code, row.error_detail = code_of(error), error.reply[:500]
    row.next_sync_at = timezone.now() + verdict.retry_after if verdict.retry_after else None
    if verdict.state:
        row.state, row.status = verdict.state, Mailbox.Status.RED
    row.save(update_fields=["failure_count", "error_code", "error_detail", "next_sync_at", "state", "status"])
    if is_news:
        live.publish("mailbox", mailbox_id=row.pk)
    if is_news and verdict.state == Mailbox.State.NEEDS_LOGIN:
        notify(caretakers(row), "mailbox.needs_login", mailbox=row.pk)


@transaction.atomic
def note_synced(mailbox: Mailbox) -> None:
    """A visit succeeded, and all that it should bring is here."""
    now = timezone.now()
    was_well = Mailbox.objects.filter(pk=mailbox.pk, state=Mailbox.State.SYNCED, failure_count=0)
    if was_well.update(last_synced_at=now):
        return
    row = Mailbox.objects.filter(pk=mailbox.pk)
    row.update(last_synced_at=now, state=Mailbox.State.SYNCED, failure_count=0)
    row.exclude(error_code=SMTP_LOGIN_REFUSED).update(status=Mailbox.Status.GREEN, error_code="", error_detail="")
    live.publish("mailbox", mailbox_id=mailbox.pk)


@transaction.atomic
def note_doubtful(mailbox: Mailbox) -> None:
    """A visit brought all letters that the server lists, but it counts more: "synced" would not be true (G13)."""
    doubted = Mailbox.objects.filter(pk=mailbox.pk).exclude(error_code=SMTP_LOGIN_REFUSED)
    news = doubted.exclude(error_code=COUNTS_DIFFER).update(
        status=Mailbox.Status.GREEN, error_code=COUNTS_DIFFER, error_detail=""
    )
    Mailbox.objects.filter(pk=mailbox.pk).update(state=Mailbox.State.SYNCING, failure_count=0)
    if news:
        live.publish("mailbox", mailbox_id=mailbox.pk)


def caretakers(mailbox: Mailbox) -> list[Membership]:
    """Who can mend it: the owner, or the administrators of a shared one."""
    who = Q(pk=mailbox.owner_id) if mailbox.owner_id else Q(role=Membership.Role.ADMIN)
    return list(Membership.objects.filter(who, is_active=True))


@transaction.atomic
def note_smtp_refused(mailbox: Mailbox, error: LoginRefused) -> None:
    """Sending needs a sign-in; reading goes on. Cleared when new sign-in data has been tested."""
    if error.reason == GRANT_ENDED:
        return  # noted for the whole mailbox, when the provider said so
    is_news = (
        Mailbox.objects.filter(pk=mailbox.pk)
        .exclude(state__in=STOPPED)  # its sign-in was deleted while a letter was on its way
        .exclude(error_code=SMTP_LOGIN_REFUSED)
        .update(status=Mailbox.Status.RED, error_code=SMTP_LOGIN_REFUSED, error_detail=error.reply[:500])
    )
    if is_news:
        live.publish("mailbox", mailbox_id=mailbox.pk)
        notify(caretakers(mailbox), "mailbox.needs_login", mailbox=mailbox.pk)


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
