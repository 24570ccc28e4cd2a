"""Connecting mailboxes, and connecting them again: tested first, saved only when they work."""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import live
from accounts.audit import record
from accounts.errors import NotAllowed
from accounts.models import Account, Membership
from accounts.notices import notify
from accounts.tenancy import current_account_id
from mailboxes import limits
from mailboxes.access import get_managed_mailbox_for, lock_managed_mailbox_for
from mailboxes.checking import CHECK_SECONDS, CheckReport, check_servers
from mailboxes.errors import ServersFailed, SettingRefused, TooManyTries
from mailboxes.grants import give_back_grant, store_grant
from mailboxes.health import UNREAD, note_smtp_mended
from mailboxes.live_sessions import waiting_place
from mailboxes.models import Credential, Mailbox
from mailboxes.reconnecting import stored_request
from mailboxes.requests import ConnectRequest, check_request
from mailboxes.secrets import store_secret
from mailboxes.signals import mailbox_connected, send_on_commit
from mailkit.addresses import email_key
from mailkit.errors import TemporaryMailError
from mailkit.types import Mechanism

CONNECTED_FOR_YOU = "mailbox.connected_for_you"  # a kind of notice


def connect_mailbox(member: Membership, request: ConnectRequest) -> Mailbox:
    """Test the servers, save, start the import. Raises NotAllowed, SettingRefused, TooManyTries, ServersFailed: nothing
    is saved.
    """
    request = check_request(request)
    check_may_connect(member, request)
    report = _checked(member, request)
    try:
        return _create(member, request, report)
    except IntegrityError as error:
        raise _hidden() from error


def check_may_connect(member: Membership, request: ConnectRequest) -> Membership | None:
    """Before any server is asked, and before somebody is sent to a provider's page, when the address may not be known
    yet (""). Its owner; None for a shared one. Raises NotAllowed, SettingRefused.
    """
    owner = _owner_of(member, request)
    if request.kind == Mailbox.Kind.SHARED and request.imap:
        check_collecting_limit(member.account)
    if request.address:
        _check_free(member, request.address)
    return owner


def _owner_of(member: Membership, request: ConnectRequest) -> Membership | None:
    """None for a shared one (K20). An administrator may connect a personal one of somebody else (M02)."""
    if request.kind == Mailbox.Kind.SYSTEM:
        raise SettingRefused("kind", _("Every account has its smart addresses. Choose personal or shared."))
    if request.kind == Mailbox.Kind.SHARED:
        if not member.is_admin:
            raise NotAllowed(_("A shared mailbox can be connected by an administrator only."))
        if request.owner_id is not None:
            raise SettingRefused("owner", _("A shared mailbox has no owner. Choose “Personal”."))
        return None
    if request.owner_id is None or request.owner_id == member.pk:
        return member
    if not member.is_admin:
        raise NotAllowed(_("Only administrators connect mailboxes for others."))
    owner = Membership.objects.filter(pk=request.owner_id, is_active=True).first()
    if owner is None:
        raise SettingRefused("owner", _("Choose an active user of this account."))
    if request.shared_with_admins:
        raise SettingRefused("shared_with_admins", _("Only the owner of a personal mailbox can share it."))
    return owner


@transaction.atomic
def check_collecting_limit(account: Account) -> None:
    """Whether one more shared mailbox may collect mail (R01); 0 is no limit. Holds the account's row until the caller's
    transaction ends, so that two at once do not both find the last place. Raises SettingRefused.
    """
    most = Account.objects.select_for_update().get(pk=account.pk).collecting_limit
    count = Mailbox.objects.collecting().count()
    if most and count >= most:
        raise SettingRefused(
            "kind",
            ngettext(
                "This account may have %(most)d shared mailbox that receives mail, and has %(count)d.",
                "This account may have %(most)d shared mailboxes that receive mail, and has %(count)d.",
                most,
            )
            % {"most": most, "count": count}
            + " "
            + _("Disconnect one, make one personal, or have an administrator raise the limit in Settings, Account."),
        )


def _check_free(member: Membership, address: str) -> None:
    """Says so only of mailboxes that the member knows of. Of a colleague's the members learn nothing by asking: who can
    sign in to it is told at the end, by the database.
    """
    found = Mailbox.objects.filter(address_key=email_key(address))
    leaving = found.filter(state=Mailbox.State.REMOVING).first()  # nobody sees it any more
    if leaving and (member.is_admin or leaving.owner_id == member.pk):
        raise SettingRefused("address", _("This mailbox is being deleted. Connect it again in a few minutes."))
    if found.visible_to(member).exists():
        raise SettingRefused("address", _("This address is connected already. Open its settings to change it."))
    if member.is_admin and found.exists():  # the page of a user names their mailboxes to administrators (G11)
        raise SettingRefused("address", _("A colleague has connected this address already. Settings, Users says who."))


def _hidden() -> SettingRefused:
    return SettingRefused("address", _("This address cannot be connected here. Ask an administrator."))


def try_servers(member: Membership, request: ConnectRequest) -> CheckReport:
    """Ask the servers of a checked request; nothing is saved. Raises TooManyTries."""
    limits.check(member, "test")
    try:
        with waiting_place(current_account_id()):
            return check_servers(request)
    except TemporaryMailError as error:
        words = _("Many mailboxes are being tested at this moment. Try again in half a minute.")
        raise TooManyTries(words, retry_after=int(CHECK_SECONDS)) from error


def retest_mailbox(member: Membership, mailbox_id: int | str) -> CheckReport:
    """With the stored sign-in, which nobody types again. What works is held up no longer: letters and visits go on.

    Raises MailboxNotFound, SecretUnreadable, SettingRefused, TooManyTries.
    """
    mailbox = get_managed_mailbox_for(member, mailbox_id)
    report = try_servers(member, stored_request(mailbox))
    if report.status != Mailbox.Status.RED:
        note_smtp_mended(mailbox)
    if report.status == Mailbox.Status.GREEN:
        _visit_again(mailbox)
    return report


@transaction.atomic
def _visit_again(mailbox: Mailbox) -> None:
    failing = Mailbox.objects.filter(pk=mailbox.pk, state__in=UNREAD)
    if failing.update(next_sync_at=timezone.now()):
        send_on_commit(mailbox_connected, mailbox)


def _checked(member: Membership, request: ConnectRequest) -> CheckReport:
    report = try_servers(member, request)
    wants_gray = request.save_send_only or request.imap is None
    if report.status == Mailbox.Status.RED or (report.status == Mailbox.Status.GRAY and not wants_gray):
        raise ServersFailed(report)
    return report


@transaction.atomic
def _create(member: Membership, request: ConnectRequest, report: CheckReport) -> Mailbox:
    owner = _owner_of(_held(member, request.owner_id), request)
    mailbox = Mailbox(
        address=request.address,
        address_key=email_key(request.address),
        display_name=request.display_name,
        kind=request.kind,
        owner=owner,
        shared_with_admins=owner is not None and request.shared_with_admins,
        first_import=request.first_import,
        interval_minutes=settings.POLL_MIN_MINUTES,
    )
    _set_servers(mailbox, request, report)
    if owner is None and mailbox.can_receive:
        check_collecting_limit(member.account)
    mailbox.save()
    _store_sign_in(mailbox, request)
    record(member, "mailbox.connected", target=mailbox, kind=mailbox.kind)
    if owner and owner != member:
        notify([owner], CONNECTED_FOR_YOU, mailbox=mailbox.pk, address=mailbox.address)
    _announce(mailbox)
    return mailbox


def _held(member: Membership, owner_id: int | None) -> Membership:
    """With the rights of now: asking the servers took a while. Locked, and the owner too, so that whoever deactivates
    one of them finds the new mailbox. Raises NotAllowed.
    """
    rows = Membership.objects.select_for_update(no_key=True).filter(pk__in=[member.pk, owner_id or member.pk])
    now = {row.pk: row for row in rows.order_by("pk")}.get(member.pk)
    if now is None or not now.is_active:
        raise NotAllowed
    return now


def _set_servers(mailbox: Mailbox, request: ConnectRequest, report: CheckReport) -> None:
    receives = request.imap if report.status == Mailbox.Status.GREEN else None
    if receives and receives.host.lower() != mailbox.imap_host.lower():
        mailbox.sent_folder, mailbox.sent_choices = "", []  # folders of the other service (K13)
    mailbox.imap_host = receives.host if receives else ""
    if receives:
        mailbox.imap_port, mailbox.imap_security = receives.port, receives.security
        mailbox.imap_username = receives.username
    mailbox.smtp_host, mailbox.smtp_port = request.smtp.host, request.smtp.port
    mailbox.smtp_security, mailbox.smtp_username = request.smtp.security, request.smtp.username
    mailbox.sign_in = Mailbox.SignIn.OAUTH2 if request.grant else Mailbox.SignIn.PASSWORD
    mailbox.oauth_provider = request.grant.provider if request.grant else ""
    mailbox.status = report.status
    _go_on(mailbox)


def _go_on(mailbox: Mailbox) -> None:
    """From the beginning, or from where it was: whatever was wrong is over."""
    is_first = mailbox.imported_at is None
    mailbox.state = Mailbox.State.IMPORTING if mailbox.can_receive and is_first else Mailbox.State.SYNCED
    mailbox.next_sync_at = timezone.now() if mailbox.can_receive else None
    mailbox.failure_count = mailbox.refusal_count = mailbox.crash_count = 0
    mailbox.failing_since = None
    mailbox.error_code = mailbox.error_detail = mailbox.smtp_error_code = mailbox.smtp_error_detail = ""
    wants_older = mailbox.can_receive and mailbox.load_older and bool(mailbox.import_older) and not is_first
    mailbox.history_due_at = timezone.now() if wants_older else None
    mailbox.lease_token = mailbox.lease_until = None  # a visit that goes on has nothing to say of the new servers


def _store_sign_in(mailbox: Mailbox, request: ConnectRequest) -> None:
    """Nothing is kept of a password that is not used any more."""
    if request.grant:
        store_grant(mailbox, request.grant)
        return
    if mailbox.can_receive and request.imap:
        store_secret(mailbox, Credential.Field.IMAP_PASSWORD, request.imap.password)
    else:
        Credential.objects.filter(mailbox=mailbox, field=Credential.Field.IMAP_PASSWORD).delete()
    store_secret(mailbox, Credential.Field.SMTP_PASSWORD, request.smtp.password)


def _announce(mailbox: Mailbox) -> None:
    live.publish_rights()  # somebody sees a mailbox more than a moment ago
    live.publish("mailbox", mailbox_id=mailbox.pk)
    if mailbox.can_receive:
        send_on_commit(mailbox_connected, mailbox)


def reconnect_mailbox(member: Membership, mailbox_id: int | str, request: ConnectRequest) -> Mailbox:
    """New sign-in data, or another service: tested first, then it goes on where it was (A13, K65). All that is imported
    stays, from whatever state it was in. Raises as connect_mailbox does, and MailboxNotFound.
    """
    mailbox = get_managed_mailbox_for(member, mailbox_id)
    _check_passwords(request)
    request = check_request(request)
    report = _checked(member, request)
    with transaction.atomic():
        mailbox = lock_managed_mailbox_for(member, mailbox.pk)  # asking the servers took a while
        if _begins_collecting(mailbox, report):
            check_collecting_limit(member.account)
        give_back_grant(mailbox)  # that of before: while it is named in the row whose it is
        _set_servers(mailbox, request, report)
        mailbox.save()
        _store_sign_in(mailbox, request)
        record(member, "mailbox.servers_changed", target=mailbox)
        _announce(mailbox)
    return mailbox


def _begins_collecting(mailbox: Mailbox, report: CheckReport) -> bool:
    """Whether it is one more shared mailbox that receives mail."""
    will_receive = report.status == Mailbox.Status.GREEN
    is_counted = Mailbox.objects.collecting().filter(pk=mailbox.pk).exists()
    return mailbox.kind == Mailbox.Kind.SHARED and will_receive and not is_counted


def _check_passwords(request: ConnectRequest) -> None:
    """An access token is no password: it ends with the hour, and belongs to the provider's own servers."""
    servers = [server for server in (request.imap, request.smtp) if server]
    if request.grant is None and any(server.mechanism is Mechanism.BEARER for server in servers):
        raise SettingRefused("password", _("Enter the password, or sign in at the provider again."))
