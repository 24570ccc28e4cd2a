"""A connected mailbox as a request: as it is stored, or with other servers and sign-in data."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from mailboxes.connections import imap_server, login_of, smtp_server
from mailboxes.errors import SecretUnreadable, SettingRefused
from mailboxes.models import Credential, Mailbox
from mailboxes.requests import USUAL_PORTS, ConnectRequest, ServerRequest
from mailkit.errors import LoginRefused
from mailkit.types import Login, Secret, Security, ServerAddress

FIELDS = {"imap": Credential.Field.IMAP_PASSWORD, "smtp": Credential.Field.SMTP_PASSWORD}


@dataclass(frozen=True, slots=True)
class ServerChange:
    """What shall be different about a server; None leaves a value as it is."""

    host: str | None = None
    port: int | None = None
    security: Security | None = None
    username: str | None = None
    password: Secret | None = None


@dataclass(frozen=True, slots=True)
class ServersChange:
    """`password` is that of both servers, unless they have their own."""

    imap: ServerChange | None = None
    smtp: ServerChange | None = None
    password: Secret | None = None
    drops_imap: bool = False  # it shall only send from now on


def stored_request(mailbox: Mailbox) -> ConnectRequest:
    """With its stored secrets, to test it again. Raises SecretUnreadable when there are none."""
    return changed_request(mailbox, ServersChange())


def changed_request(mailbox: Mailbox, change: ServersChange) -> ConnectRequest:
    """A stored password goes to the server that it was stored for, and to no other: else whoever may change a mailbox
    could have it sent to a server of theirs. Raises SettingRefused, SecretUnreadable.
    """
    receives = (mailbox.can_receive or change.imap is not None) and not change.drops_imap
    imap = _changed_server(mailbox, "imap", change.imap, change.password) if receives else None
    smtp = _changed_server(mailbox, "smtp", change.smtp, change.password)
    return ConnectRequest(
        mailbox.address,
        mailbox.display_name,
        mailbox.kind,
        imap,
        smtp,
        save_send_only=not mailbox.can_receive and change.imap is None,
    )


def _changed_server(mailbox: Mailbox, protocol: str, change: ServerChange | None, both: Secret | None) -> ServerRequest:
    stored = imap_server(mailbox) if protocol == "imap" else smtp_server(mailbox)
    username = mailbox.imap_username if protocol == "imap" else mailbox.smtp_username
    wanted = change or ServerChange()
    server = _server(protocol, stored, wanted)
    login = Login(wanted.username or username or mailbox.address, wanted.password or both or Secret(""))
    if not login.secret.value:
        if (server, login.username) != (stored, username):
            words = _("Enter the password again: it is not sent to another server.")
            raise SettingRefused(f"{protocol}.password", words)
        login = _stored_login(mailbox, FIELDS[protocol])
    return ServerRequest(server.host, server.port, server.security, login.username, login.secret, login.mechanism)


def _server(protocol: str, stored: ServerAddress, wanted: ServerChange) -> ServerAddress:
    """Of one that had no such server before, the usual port is meant."""
    security = wanted.security or stored.security
    port = wanted.port or (stored.port if stored.host else USUAL_PORTS[protocol, security])
    return ServerAddress(wanted.host or stored.host, port, security)


def _stored_login(mailbox: Mailbox, field: str) -> Login:
    try:
        return login_of(mailbox, field)
    except LoginRefused as error:
        raise SecretUnreadable(f"mailbox {mailbox.pk} has no secret that works") from error
