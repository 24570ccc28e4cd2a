"""What the people of a flow do: connect a mailbox, ask for a sync."""

from __future__ import annotations

from typing import Protocol

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from mailboxes.requests import ConnectRequest, ServerRequest
from mailboxes.services import connect_mailbox
from mailkit.types import Login, Secret, ServerAddress
from tests.servers.smtp_sink import SmtpSink


class MailServer(Protocol):
    """Dovecot or pymap."""

    def new_user(self) -> str: ...
    def address(self) -> ServerAddress: ...
    def login(self, user: str) -> Login: ...


def server_request(address: ServerAddress, login: Login, *, password: str | None = None) -> ServerRequest:
    secret = Secret(password) if password is not None else login.secret
    return ServerRequest(address.host, address.port, address.security, login.username, secret)


def connect(member: Membership, server: MailServer, user: str, smtp: SmtpSink, *, kind: str = "shared") -> Mailbox:
    """As the dialog does it; the import starts by itself."""
    request = ConnectRequest(
        address=user,
        display_name="Sales",
        kind=kind,
        imap=server_request(server.address(), server.login(user)),
        smtp=server_request(smtp.address(), smtp.login()),
    )
    with tenant(member.account_id):
        return connect_mailbox(member, request)
