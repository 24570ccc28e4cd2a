"""Connecting mailboxes and changing them."""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.errors import NotAllowed
from accounts.models import Membership
from accounts.tenancy import current_account_id, on_commit
from mailboxes.access import get_managed_mailbox_for
from mailboxes.checking import CheckReport, check_servers
from mailboxes.errors import ServersFailed, SettingRefused
from mailboxes.models import Credential, Mailbox
from mailboxes.requests import ConnectRequest, ServerRequest, check_request
from mailboxes.secrets import read_secret, store_secret
from mailboxes.signals import mailbox_connected
from mailkit.addresses import email_key
from mailkit.types import Security


def connect_mailbox(member: Membership, request: ConnectRequest) -> Mailbox:
    """Test the servers, save, start the import. Raises NotAllowed, SettingRefused, ServersFailed: nothing is saved."""
    if request.kind == Mailbox.Kind.SHARED and not member.is_admin:
        raise NotAllowed(_("A shared mailbox can be connected by an administrator only."))
    check_request(request)
    if Mailbox.objects.filter(address_key=email_key(request.address)).exists():
        raise _taken()
    report = _checked(request)
    try:
        return _create(member, request, report)
    except IntegrityError as error:  # somebody connected it while we asked the servers
        raise _taken() from error


def _taken() -> SettingRefused:
    return SettingRefused("address", _("This address is connected already. Open its settings to change it."))


def _checked(request: ConnectRequest) -> CheckReport:
    report = check_servers(request)
    wants_gray = request.save_send_only or request.imap is None
    if report.status == Mailbox.Status.RED or (report.status == Mailbox.Status.GRAY and not wants_gray):
        raise ServersFailed(report)
    return report


@transaction.atomic
def _create(member: Membership, request: ConnectRequest, report: CheckReport) -> Mailbox:
    is_personal = request.kind == Mailbox.Kind.PERSONAL
    mailbox = Mailbox(
        address=request.address.strip(),
        address_key=email_key(request.address),
        display_name=request.display_name,
        kind=request.kind,
        owner=member if is_personal else None,
        shared_with_admins=is_personal and request.shared_with_admins,
        first_import=request.first_import,
        interval_minutes=settings.POLL_MIN_MINUTES,
    )
    _set_servers(mailbox, request, report)
    mailbox.save()
    _store_passwords(mailbox, request)
    record(member, "mailbox.connected", target=mailbox, kind=mailbox.kind)
    _announce(mailbox)
    return mailbox


def _set_servers(mailbox: Mailbox, request: ConnectRequest, report: CheckReport) -> None:
    receives = request.imap if report.status == Mailbox.Status.GREEN else None
    mailbox.imap_host = receives.host if receives else ""
    if receives:
        mailbox.imap_port, mailbox.imap_security = receives.port, receives.security
        mailbox.imap_username = receives.username
    mailbox.smtp_host, mailbox.smtp_port = request.smtp.host, request.smtp.port
    mailbox.smtp_security, mailbox.smtp_username = request.smtp.security, request.smtp.username
    mailbox.status = report.status
    is_first = mailbox.imported_at is None
    mailbox.state = Mailbox.State.IMPORTING if receives and is_first else Mailbox.State.SYNCED
    mailbox.next_sync_at = timezone.now() if receives else None
    mailbox.failure_count, mailbox.error_code, mailbox.error_detail = 0, "", ""
    mailbox.lease_token = mailbox.lease_until = None  # a visit that goes on has nothing to say of the new servers


def _store_passwords(mailbox: Mailbox, request: ConnectRequest) -> None:
    if mailbox.can_receive and request.imap:
        store_secret(mailbox, Credential.Field.IMAP_PASSWORD, request.imap.password)
    store_secret(mailbox, Credential.Field.SMTP_PASSWORD, request.smtp.password)


def _announce(mailbox: Mailbox) -> None:
    if not mailbox.can_receive:
        return
    account_id, mailbox_id = current_account_id(), mailbox.pk
    on_commit(lambda: _send_connected(account_id, mailbox_id))


def _send_connected(account_id: int, mailbox_id: int) -> None:
    mailbox_connected.send(Mailbox, account_id=account_id, mailbox_id=mailbox_id)


def stored_request(mailbox: Mailbox) -> ConnectRequest:
    """The mailbox as a request with its stored passwords, to test it again. Raises SecretUnreadable."""
    imap = (
        ServerRequest(
            mailbox.imap_host,
            mailbox.imap_port,
            Security(mailbox.imap_security),
            mailbox.imap_username,
            read_secret(mailbox, Credential.Field.IMAP_PASSWORD),
        )
        if mailbox.can_receive
        else None
    )
    smtp = ServerRequest(
        mailbox.smtp_host,
        mailbox.smtp_port,
        Security(mailbox.smtp_security),
        mailbox.smtp_username,
        read_secret(mailbox, Credential.Field.SMTP_PASSWORD),
    )
    return ConnectRequest(mailbox.address, mailbox.display_name, mailbox.kind, imap, smtp)


def change_servers(member: Membership, mailbox_id: int | str, request: ConnectRequest) -> Mailbox:
    """New servers or sign-in data, tested first; what is imported stays. Raises as connect_mailbox does."""
    mailbox = get_managed_mailbox_for(member, mailbox_id)
    check_request(request)
    report = _checked(request)
    with transaction.atomic():
        mailbox = Mailbox.objects.select_for_update().get(pk=mailbox.pk)
        _set_servers(mailbox, request, report)
        mailbox.save()
        _store_passwords(mailbox, request)
        record(member, "mailbox.servers_changed", target=mailbox)
        _announce(mailbox)
    return mailbox
