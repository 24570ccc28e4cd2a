"""Signing in with an access token: XOAUTH2 and OAUTHBEARER, on IMAP and SMTP."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
import trustme

from mailkit.bearer import bearer_response
from mailkit.errors import LoginRefused
from mailkit.imap_session import ImapSession, open_imap
from mailkit.network import tls_context
from mailkit.smtp_sender import check_smtp
from mailkit.types import Login, Mechanism, Secret, ServerAddress
from tests.servers import dovecot as dovecot_process
from tests.servers.dovecot import DovecotServer
from tests.servers.local import resolve_local
from tests.servers.oauth_server import OAuthServer, Permission
from tests.servers.smtp_sink import SmtpSink

TOKEN = "token-4711"


def give_token(server: OAuthServer, email: str) -> Login:
    server.permissions.append(Permission(email, "mail", accesses={TOKEN: 2**40}))
    return Login(email, Secret(TOKEN), Mechanism.BEARER)


def enter(address: ServerAddress, login: Login) -> ImapSession:
    return open_imap(address, login, connect_seconds=10, read_seconds=10, tls=tls_context(), resolve=resolve_local)


@pytest.fixture(scope="module", params=["xoauth2 oauthbearer", "oauthbearer"])
def token_dovecot(
    request: pytest.FixtureRequest, mail_authority: trustme.CA, oauth_process: OAuthServer, dovecot: DovecotServer
) -> Iterator[DovecotServer]:
    """`dovecot` is asked for only because it skips where there is none."""
    url = oauth_process.introspection_url
    server = dovecot_process.start(mail_authority, introspection_url=url, mechanisms=request.param)
    yield server
    dovecot_process.stop(server)


@pytest.mark.dovecot
@pytest.mark.rule("K03")
def test_dovecot_lets_the_owner_of_the_token_in_and_nobody_else(
    token_dovecot: DovecotServer, oauth_server: OAuthServer
) -> None:
    user = token_dovecot.new_user()
    login = give_token(oauth_server, user)
    with enter(token_dovecot.address(), login) as session:
        assert session.list_folders()
    wrong = [Login(token_dovecot.new_user(), login.secret, Mechanism.BEARER)]
    wrong.append(Login(user, Secret("no such token"), Mechanism.BEARER))
    for one in wrong:
        with pytest.raises(LoginRefused) as refused:
            enter(token_dovecot.address(), one)
        assert one.secret.value not in refused.value.reply
    oauth_server.revoke(user)
    with pytest.raises(LoginRefused):
        enter(token_dovecot.address(), login)


@pytest.mark.dovecot
def test_a_server_without_tokens_is_not_told_one(dovecot: DovecotServer) -> None:
    with pytest.raises(LoginRefused, match="takes no sign-in"):
        enter(dovecot.address(), Login("a@dovecot.test", Secret(TOKEN), Mechanism.BEARER))


def check(sink: SmtpSink, login: Login) -> None:
    check_smtp(sink.address(), login, connect_seconds=10, read_seconds=10, tls=tls_context(), resolve=resolve_local)


@pytest.mark.rule("K03")
@pytest.mark.parametrize(("mechanism", "farewell"), [("XOAUTH2", b""), ("OAUTHBEARER", b"\x01")])
def test_smtp_takes_the_token_or_says_why_not(
    smtp_sink: SmtpSink, oauth_server: OAuthServer, mechanism: str, farewell: bytes
) -> None:
    smtp_sink.owner_of_token = oauth_server.email_of
    smtp_sink.token_mechanisms = [mechanism]
    login = give_token(oauth_server, "a=b@sink.test")
    check(smtp_sink, login)
    with pytest.raises(LoginRefused) as refused:
        check(smtp_sink, Login("other@sink.test", login.secret, Mechanism.BEARER))
    assert refused.value.code == 535
    assert smtp_sink.commands == [f"AUTH {mechanism}", f"AUTH {mechanism}", f"ANSWER {farewell!r}"]


def test_smtp_without_tokens_is_not_told_one(smtp_sink: SmtpSink) -> None:
    with pytest.raises(LoginRefused, match="takes no sign-in"):
        check(smtp_sink, Login("a@sink.test", Secret(TOKEN), Mechanism.BEARER))
    assert smtp_sink.commands == []


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_a_server_that_repeats_the_command_does_not_make_us_show_the_token(mechanism: str) -> None:
    login = Login("a@x.example", Secret(TOKEN), Mechanism.BEARER)
    said = base64.b64encode(bearer_response(mechanism, login).encode()).decode()
    shown = LoginRefused("no", reply=f"535 AUTH {mechanism} {said} and {TOKEN}").without_secret(login).reply
    assert TOKEN not in shown
    assert said not in shown
