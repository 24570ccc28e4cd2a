"""Sessions to the servers of a mailbox: its addresses checked, its secrets read at the last moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.conf import settings

from mailboxes.errors import SecretUnreadable
from mailboxes.grants import access_token
from mailboxes.hosts import resolve
from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import read_secret
from mailkit import smtp_sender
from mailkit.errors import LoginRefused
from mailkit.imap_connection import SESSION_SECONDS
from mailkit.imap_idle import IdleConnection, open_idle
from mailkit.imap_session import ImapSession, open_imap
from mailkit.network import tls_context
from mailkit.smtp_sender import SmtpSession
from mailkit.types import Login, Mechanism, Secret, Security, ServerAddress

T = TypeVar("T")


def login_of(mailbox: Mailbox, field: str, *, refused: Secret | None = None) -> Login:
    """How to sign in, by its password or by a token of its provider. `refused`: a token that the server did not take.

    Raises LoginRefused when the secret is gone; TemporaryMailError when the provider gives no token at the moment.
    """
    username = mailbox.imap_username if field == Credential.Field.IMAP_PASSWORD else mailbox.smtp_username
    if mailbox.sign_in == Mailbox.SignIn.OAUTH2:
        return Login(username, access_token(mailbox, refused=refused), Mechanism.BEARER)
    try:
        return Login(username, read_secret(mailbox, field))
    except SecretUnreadable as error:
        raise LoginRefused("The stored password cannot be read: enter it again", step="login") from error


def _signed_in(mailbox: Mailbox, field: str, enter: Callable[[Login], T]) -> T:
    """`enter` with the login; once more with a new token when the provider has ended the first before its time."""
    login = login_of(mailbox, field)
    try:
        return enter(login)
    except LoginRefused:
        if login.mechanism is Mechanism.PASSWORD:
            raise
        return enter(login_of(mailbox, field, refused=login.secret))


def imap_session(mailbox: Mailbox, *, seconds: float = SESSION_SECONDS) -> ImapSession:
    """A signed-in session, to be used with `with`, for so many `seconds`. Raises MailError."""

    def enter(login: Login) -> ImapSession:
        return open_imap(
            imap_server(mailbox),
            login,
            connect_seconds=settings.MAIL_CONNECT_SECONDS,
            read_seconds=settings.MAIL_READ_SECONDS,
            tls=tls_context(settings.MAIL_CA_FILE),
            resolve=resolve,
            seconds=seconds,
        )

    return _signed_in(mailbox, Credential.Field.IMAP_PASSWORD, enter)


def idle_connection(mailbox: Mailbox) -> IdleConnection:
    """Its Inbox in IDLE. Raises MailError, PushNotOffered among them."""

    def enter(login: Login) -> IdleConnection:
        return open_idle(
            imap_server(mailbox),
            login,
            connect_seconds=settings.MAIL_CONNECT_SECONDS,
            read_seconds=settings.MAIL_READ_SECONDS,
            tls=tls_context(settings.MAIL_CA_FILE),
            resolve=resolve,
        )

    return _signed_in(mailbox, Credential.Field.IMAP_PASSWORD, enter)


def imap_server(mailbox: Mailbox) -> ServerAddress:
    return ServerAddress(mailbox.imap_host, mailbox.imap_port, Security(mailbox.imap_security))


def smtp_server(mailbox: Mailbox) -> ServerAddress:
    return ServerAddress(mailbox.smtp_host, mailbox.smtp_port, Security(mailbox.smtp_security))


def smtp_session(mailbox: Mailbox) -> SmtpSession:
    """A signed-in session for its letters, to be used with `with`, or closed. Raises MailError."""

    def enter(login: Login) -> SmtpSession:
        return smtp_sender.open_smtp(
            smtp_server(mailbox),
            login,
            connect_seconds=settings.MAIL_CONNECT_SECONDS,
            read_seconds=settings.MAIL_READ_SECONDS,
            tls=tls_context(settings.MAIL_CA_FILE),
            resolve=resolve,
        )

    return _signed_in(mailbox, Credential.Field.SMTP_PASSWORD, enter)
