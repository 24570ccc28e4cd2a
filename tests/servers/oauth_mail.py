"""A whole provider: its sign-in page, Dovecot that asks it about tokens, and an SMTP server that does so too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from mailboxes.oauth import SignInRequest, claim_attempt, finish_sign_in, start_reconnecting, start_sign_in
from mailboxes.reconnecting import ServerChange, ServersChange
from mailkit.types import Secret, ServerAddress
from tests.servers.dovecot import DovecotServer
from tests.servers.oauth_server import OAuthServer
from tests.servers.smtp_sink import SmtpSink

BROWSER = "the browser of this test"


@dataclass(frozen=True)
class OAuthMail:
    server: OAuthServer
    imap: DovecotServer
    smtp: SmtpSink

    def new_user(self) -> str:
        return self.imap.new_user()

    def overrides(self) -> dict[str, Any]:
        """For OAUTH_OVERRIDES."""
        return {
            "authorize_url": f"{self.server.url}/authorize",
            "token_url": f"{self.server.url}/token",
            "userinfo_url": f"{self.server.url}/userinfo",
            "revoke_url": f"{self.server.url}/revoke",
            "imap": _as_setting(self.imap.address()),
            "smtp": _as_setting(self.smtp.address()),
        }

    def connect(self, member: Membership, user: str, *, kind: str = "personal") -> Mailbox:
        """A new mailbox, as the pages do it."""
        with tenant(member.account_id):
            url = start_sign_in(member, SignInRequest("google", kind), browser=BROWSER)
            return self.come_back(member, url, user)

    def reconnect(self, member: Membership, mailbox: Mailbox, user: str) -> Mailbox:
        with tenant(member.account_id):
            return self.come_back(member, start_reconnecting(member, mailbox.pk, "google", browser=BROWSER), user)

    def come_back(self, member: Membership, url: str, user: str) -> Mailbox:
        """Allow it as `user` on the page, and return with what the page sends."""
        query = self.server.allow(url, user)
        attempt = claim_attempt(member, state=query["state"], browser=BROWSER)
        return finish_sign_in(member, attempt, query["code"])

    def passwords(self) -> ServersChange:
        """The same servers, entered with passwords."""
        smtp = self.smtp.login()
        return ServersChange(
            imap=ServerChange(password=Secret(self.imap.password)),
            smtp=ServerChange(username=smtp.username, password=smtp.secret),
        )

    def callback(self, url: str, user: str) -> str:
        """The address that the browser is sent back to."""
        return f"{reverse('oauth_callback')}?{urlencode(self.server.allow(url, user))}"


def _as_setting(server: ServerAddress) -> dict[str, Any]:
    return {"host": server.host, "port": server.port, "security": server.security.value}
