"""Access tokens end after an hour, permissions when a person takes them back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership, Notice
from mailboxes.connections import imap_session, smtp_session
from mailboxes.errors import SettingRefused
from mailboxes.grants import access_token
from mailboxes.leases import claim
from mailboxes.models import Credential, Mailbox
from mailboxes.reconnecting import changed_request, stored_request
from mailboxes.secrets import read_secret
from mailboxes.services import reconnect_mailbox
from mailkit.errors import LoginRefused, ServerThrottled, TemporaryMailError
from sync.mailbox_sync import sync_mailbox
from sync.visit import deadline_from_now
from tests.servers.oauth_mail import OAuthMail

pytestmark = [pytest.mark.dovecot, pytest.mark.usefixtures("in_account")]
REFRESH, ACCESS = Credential.Field.OAUTH_REFRESH, Credential.Field.OAUTH_ACCESS


@pytest.fixture
def mailbox(oauth_mail: OAuthMail, alice: Membership) -> Mailbox:
    return oauth_mail.connect(alice, oauth_mail.new_user())


def let_it_expire(mailbox: Mailbox) -> None:
    Credential.objects.filter(mailbox=mailbox, field=ACCESS).update(expires_at=timezone.now() + timedelta(minutes=4))


def test_a_token_that_lasts_is_used_as_it_is(oauth_mail: OAuthMail, mailbox: Mailbox) -> None:
    assert access_token(mailbox) == access_token(mailbox)
    assert oauth_mail.server.count("/token") == 1  # for the code


@pytest.mark.rule("K03")
def test_a_token_is_renewed_before_it_ends_and_a_rotated_one_is_kept(oauth_mail: OAuthMail, mailbox: Mailbox) -> None:
    first_access, first_refresh = read_secret(mailbox, ACCESS), read_secret(mailbox, REFRESH)
    let_it_expire(mailbox)
    renewed = access_token(mailbox)
    assert renewed != first_access
    assert read_secret(mailbox, REFRESH) != first_refresh
    let_it_expire(mailbox)
    assert access_token(mailbox) != renewed  # the rotated refresh token works
    assert oauth_mail.server.permissions[0].is_alive


def test_a_refresh_token_that_is_not_rotated_stays(oauth_mail: OAuthMail, mailbox: Mailbox) -> None:
    oauth_mail.server.rotates = False
    first = read_secret(mailbox, REFRESH)
    let_it_expire(mailbox)
    access_token(mailbox)
    assert read_secret(mailbox, REFRESH) == first


def test_a_token_that_the_provider_ended_early_is_renewed_once(oauth_mail: OAuthMail, mailbox: Mailbox) -> None:
    oauth_mail.server.end_access_tokens()
    with imap_session(mailbox) as session:
        assert session.list_folders()
    oauth_mail.server.end_access_tokens()
    smtp_session(mailbox).close()
    assert oauth_mail.smtp.commands[-1].startswith("AUTH")
    assert oauth_mail.server.count("/token") == 3


@pytest.mark.rule("K03", "M05")
def test_a_permission_taken_back_needs_a_sign_in_and_one_notice(oauth_mail: OAuthMail, mailbox: Mailbox) -> None:
    oauth_mail.server.revoke(mailbox.address)
    for _try in range(2):
        with pytest.raises(LoginRefused) as refused:
            imap_session(mailbox)
        assert refused.value.reason == "grant_ended"
    with pytest.raises(LoginRefused):
        smtp_session(mailbox)
    seen = Mailbox.objects.with_servers().get()
    assert (seen.state, seen.status, seen.error_code) == ("needs_login", "red", "grant_ended")
    assert seen.next_sync_at is None
    assert not seen.credentials.exists()
    assert Notice.objects.filter(kind="mailbox.needs_login").count() == 1
    assert oauth_mail.server.count("/token") == 2  # what is gone is not asked for again


@pytest.mark.rule("K65", "A13")
def test_signing_in_again_goes_on_where_it_was(oauth_mail: OAuthMail, mailbox: Mailbox, alice: Membership) -> None:
    oauth_mail.server.revoke(mailbox.address)
    with pytest.raises(LoginRefused):
        imap_session(mailbox)
    again = oauth_mail.reconnect(alice, mailbox, mailbox.address)
    assert (again.pk, again.status, again.error_code) == (mailbox.pk, "green", "")
    oauth_mail.imap.deliver(mailbox.address, b"From: ana@client.example\r\nSubject: Hi\r\nMessage-ID: <1@x>\r\n\r\nx")
    lease = claim(mailbox.pk)
    assert lease is not None
    sync_mailbox(lease, deadline=deadline_from_now())
    assert Mailbox.objects.with_servers().get().state == "synced"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((401, {"error": "invalid_client"}), TemporaryMailError),
        ((503, {}), TemporaryMailError),
        ((429, {}), ServerThrottled),
        ((200, {}), TemporaryMailError),
    ],
)
def test_a_provider_in_trouble_signs_nobody_out(
    oauth_mail: OAuthMail, mailbox: Mailbox, answer: tuple[int, dict[str, str]], kind: type[TemporaryMailError]
) -> None:
    let_it_expire(mailbox)
    oauth_mail.server.failure = answer
    with pytest.raises(kind):
        imap_session(mailbox)
    oauth_mail.server.failure = None
    assert Mailbox.objects.with_servers().get().state == "importing"
    with imap_session(mailbox):
        pass


def test_a_permission_that_we_cannot_read_is_kept_for_the_right_key(mailbox: Mailbox) -> None:
    sealed = Credential.objects.get(field=REFRESH).ciphertext
    Credential.objects.filter(field=REFRESH).update(ciphertext=f"lost{sealed}")
    let_it_expire(mailbox)
    with pytest.raises(LoginRefused) as refused:
        access_token(mailbox)
    assert refused.value.reason == ""
    Credential.objects.filter(field=REFRESH).update(ciphertext=sealed)
    assert access_token(mailbox).value


@pytest.mark.rule("A13")
def test_a_password_takes_the_place_of_the_permission_and_back(
    oauth_mail: OAuthMail, mailbox: Mailbox, alice: Membership
) -> None:
    with pytest.raises(SettingRefused):  # the token is nobody's password
        reconnect_mailbox(alice, mailbox.pk, stored_request(mailbox))
    changed = reconnect_mailbox(alice, mailbox.pk, changed_request(mailbox, oauth_mail.passwords()))
    assert (changed.sign_in, changed.oauth_provider) == ("password", "")
    assert {row.field for row in changed.credentials.all()} == {"imap_password", "smtp_password"}
    back = oauth_mail.reconnect(alice, mailbox, mailbox.address)
    assert {row.field for row in back.credentials.all()} == {"oauth_refresh", "oauth_access"}
