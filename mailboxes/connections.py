"""Sessions to the servers of a mailbox: its addresses checked, its secrets read at the last moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.conf import settings

from mailboxes.errors import SecretUnreadable
from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import read_secret
from mailkit import smtp_sender
from mailkit.errors import LoginRefused
from mailkit.imap_connection import SESSION_SECONDS
from mailkit.imap_idle import IdleConnection, open_idle
from mailkit.imap_session import ImapSession, open_imap
from mailkit.network import resolve_public, tls_context
from mailkit.types import Login, Security, ServerAddress, SmtpResult


def resolve(host: str, port: int) -> list[str]:
    """The addresses that this instance connects to (rule K07, reliability: no server of our own network)."""
    return resolve_public(
        host, port, allowed_networks=settings.MAIL_PRIVATE_NETWORKS, allow_localhost=settings.EMBEDDED
    )


def _login(mailbox: Mailbox, username: str, field: str) -> Login:
    try:
        return Login(username, read_secret(mailbox, field))
    except SecretUnreadable as error:
        raise LoginRefused("The stored password cannot be read: enter it again", step="login") from error


def imap_session(mailbox: Mailbox, *, seconds: float = SESSION_SECONDS) -> ImapSession:
    """A signed-in session, to be used with `with`, for so many `seconds`. Raises MailError."""
    return open_imap(
        _imap_server(mailbox),
        _login(mailbox, mailbox.imap_username, Credential.Field.IMAP_PASSWORD),
        connect_seconds=settings.MAIL_CONNECT_SECONDS,
        read_seconds=settings.MAIL_READ_SECONDS,
        tls=tls_context(settings.MAIL_CA_FILE),
        resolve=resolve,
        seconds=seconds,
    )


def idle_connection(mailbox: Mailbox) -> IdleConnection:
    """Its Inbox in IDLE. Raises MailError, PushNotOffered among them."""
    return open_idle(
        _imap_server(mailbox),
        _login(mailbox, mailbox.imap_username, Credential.Field.IMAP_PASSWORD),
        connect_seconds=settings.MAIL_CONNECT_SECONDS,
        read_seconds=settings.MAIL_READ_SECONDS,
        tls=tls_context(settings.MAIL_CA_FILE),
        resolve=resolve,
    )


def _imap_server(mailbox: Mailbox) -> ServerAddress:
    return ServerAddress(mailbox.imap_host, mailbox.imap_port, Security(mailbox.imap_security))


def send_letter(
    mailbox: Mailbox, *, recipients: Sequence[str], raw: bytes, on_data_accepted: Callable[[], None]
) -> SmtpResult:
    """Hand one letter to the SMTP server. Raises MailError; OutcomeUnknown when nobody can tell."""
    return smtp_sender.send(
        ServerAddress(mailbox.smtp_host, mailbox.smtp_port, Security(mailbox.smtp_security)),
        _login(mailbox, mailbox.smtp_username, Credential.Field.SMTP_PASSWORD),
        mail_from=mailbox.address,
        recipients=recipients,
        raw=raw,
        connect_seconds=settings.MAIL_CONNECT_SECONDS,
        read_seconds=settings.MAIL_READ_SECONDS,
        tls=tls_context(settings.MAIL_CA_FILE),
        resolve=resolve,
        on_data_accepted=on_data_accepted,
    )
