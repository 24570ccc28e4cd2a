"""How providers say no to a login: whose turn it is then, and why. Texts are as providers word them."""

from __future__ import annotations

import pytest

from mailkit.errors import LoginRefused, MailError, ServerThrottled, TemporaryMailError
from tests.mailkit.hostile import HELLO, connect
from tests.servers.scripted_imap import ScriptedServer


def refused(reply: str) -> MailError:
    server = ScriptedServer(HELLO, {"LOGIN": f"{{tag}} {reply}\r\n".encode()})
    with server.running(), pytest.raises(MailError) as caught:
        connect(server)
    return caught.value


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", ""),  # Gmail
        ("NO LOGIN failed.", ""),  # Exchange
        ("NO [AUTHENTICATIONFAILED] LOGIN Invalid credentials", ""),  # Yahoo
        ("NO authentication failed", ""),  # GMX
        ("NO [AUTHENTICATIONFAILED] Authentication failed. Please try again later.", ""),
        ("NO [ALERT] Please log in via your web browser: https://support.example/78754 (Failure)", "web_login"),
        ("NO [WEBALERT https://accounts.example/signin/continue] Web login required.", "web_login"),
        ("NO [ALERT] Application-specific password required: https://support.example/185833", "app_password"),
        ("NO NEOBHODIM parol prilozheniya https://help.example / Application password is REQUIRED", "app_password"),
        ("NO [ALERT] Your account is not enabled for IMAP use. Please visit your account settings", "imap_disabled"),
        ("NO [ALERT] IMAP access is disabled for your domain. Please contact your administrator", "imap_disabled"),
        ("NO [AUTHENTICATIONFAILED] LOGIN invalid credentials or IMAP is disabled sc=cYXlpv", "imap_disabled"),
        ("NO [AUTHENTICATIONFAILED] IMAP access has been disabled by the user", "imap_disabled"),
        ("NO [AUTHENTICATIONFAILED] POP3/IMAP ist deaktiviert", "imap_disabled"),
        ("NO [CONTACTADMIN] Your account is locked", "contact_admin"),
        ("NO [AUTHORIZATIONFAILED] No such user here", ""),
        ("NO [EXPIRED] That password isn't valid any more", ""),
    ],
)
def test_the_person_has_to_act(reply: str, reason: str) -> None:
    error = refused(reply)
    assert isinstance(error, LoginRefused)
    assert (error.reason, error.reply) == (reason, reply.removeprefix("NO "))


@pytest.mark.parametrize(
    ("reply", "retry_after"),
    [
        ("NO [ALERT] Too many simultaneous connections. (Failure)", None),  # Gmail
        ("NO [ALERT] Account exceeded command or bandwidth limits. (Failure)", None),
        ("NO [LIMIT] LOGIN Rate limit hit.", None),  # Yahoo
        ("BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds", 299.961),  # Exchange
        ("NO Request is throttled. Suggested Backoff Time: 1500 milliseconds", 1.5),
        ("BAD User is authenticated but not connected.", None),
        ("NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded", None),  # Dovecot
        ("NO [THROTTLED] try again", None),
    ],
)
def test_the_server_wants_us_to_wait(reply: str, retry_after: float | None) -> None:
    error = refused(reply)
    assert isinstance(error, ServerThrottled)
    assert error.retry_after == retry_after


@pytest.mark.parametrize(
    "reply",
    [
        "NO [UNAVAILABLE] LOGIN Server error - Please try again later",  # Yahoo
        "NO [UNAVAILABLE] LOGIN internal server error sc=cYXlpv",  # Yandex
        "NO Server Unavailable. 15",  # Exchange
        "NO [SERVERBUG] Internal error",
        "NO [INUSE] Mailbox is in use",
        "NO Temporary authentication failure",
    ],
)
def test_the_fault_is_the_servers(reply: str) -> None:
    assert type(refused(reply)) is TemporaryMailError
