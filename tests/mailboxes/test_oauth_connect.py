"""Connecting a mailbox by signing in at its provider: what is stored, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from accounts.errors import NotAllowed
from accounts.models import Membership
from mailboxes.connections import imap_session
from mailboxes.errors import SettingRefused, SignInExpired, SignInFailed
from mailboxes.models import Credential, Mailbox, OAuthAttempt
from mailboxes.oauth import SignInRequest, claim_attempt, finish_sign_in, start_sign_in
from tests.servers.oauth_mail import BROWSER, OAuthMail

pytestmark = [pytest.mark.dovecot, pytest.mark.usefixtures("in_account")]


@pytest.mark.rule("K03")
def test_the_mailbox_is_the_one_that_was_signed_in_to(oauth_mail: OAuthMail, alice: Membership) -> None:
    user = oauth_mail.new_user()
    mailbox = oauth_mail.connect(alice, user)
    assert (mailbox.address, mailbox.owner, mailbox.status, mailbox.state) == (user, alice, "green", "importing")
    assert (mailbox.sign_in, mailbox.oauth_provider) == ("oauth2", "google")
    assert {row.field for row in mailbox.credentials.all()} == {"oauth_refresh", "oauth_access"}
    assert not OAuthAttempt.objects.exists()
    with imap_session(mailbox) as session:
        assert "INBOX" in {folder.name for folder in session.list_folders()}


@pytest.mark.rule("K03")
def test_the_provider_is_asked_with_pkce_and_a_state_that_is_not_stored(
    oauth_mail: OAuthMail, alice: Membership
) -> None:
    url = start_sign_in(alice, SignInRequest("google", "personal", "a@dovecot.test"), browser=BROWSER)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert url.startswith(f"{oauth_mail.server.url}/authorize?")
    assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
    assert asked["redirect_uri"] == "http://localhost:8000/oauth/callback/"
    assert asked["login_hint"] == "a@dovecot.test"
    row = OAuthAttempt.objects.get()
    assert asked["state"] not in f"{row.digest}{row.verifier}{row.request}"
    assert len(asked["state"]) >= 40


@pytest.mark.rule("K03")
def test_another_address_than_the_typed_one_is_refused(oauth_mail: OAuthMail, alice: Membership) -> None:
    url = start_sign_in(alice, SignInRequest("google", "personal", "typed@dovecot.test"), browser=BROWSER)
    with pytest.raises(SignInFailed, match=r"choose typed@dovecot\.test there"):
        oauth_mail.come_back(alice, url, oauth_mail.new_user())
    assert not Mailbox.objects.with_servers().exists()


def test_the_typed_address_may_be_written_in_capitals(oauth_mail: OAuthMail, alice: Membership) -> None:
    user = oauth_mail.new_user()
    url = start_sign_in(alice, SignInRequest("google", "personal", user.upper()), browser=BROWSER)
    assert oauth_mail.come_back(alice, url, user).address_key == user


def state_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["state"][0]


@pytest.mark.rule("K03")
def test_a_state_is_good_once_for_its_member_and_browser(
    oauth_mail: OAuthMail, alice: Membership, bob: Membership
) -> None:
    state = state_of(start_sign_in(alice, SignInRequest("google", "personal"), browser=BROWSER))
    for member, given, browser in ((alice, "forged", BROWSER), (bob, state, BROWSER), (alice, state, "another")):
        with pytest.raises(SignInExpired):
            claim_attempt(member, state=given, browser=browser)
    assert claim_attempt(alice, state=state, browser=BROWSER).request.provider == "google"
    with pytest.raises(SignInExpired):
        claim_attempt(alice, state=state, browser=BROWSER)


@pytest.mark.rule("K03")
def test_a_state_is_good_for_ten_minutes(oauth_mail: OAuthMail, alice: Membership) -> None:
    state = state_of(start_sign_in(alice, SignInRequest("google", "personal"), browser=BROWSER))
    OAuthAttempt.objects.update(created_at=timezone.now() - timedelta(minutes=10, seconds=1))
    with pytest.raises(SignInExpired):
        claim_attempt(alice, state=state, browser=BROWSER)
    assert not OAuthAttempt.objects.exists()


def test_a_program_starts_for_whatever_browser_its_member_uses(oauth_mail: OAuthMail, alice: Membership) -> None:
    state = state_of(start_sign_in(alice, SignInRequest("google", "personal"), browser=""))
    assert claim_attempt(alice, state=state, browser="any").mailbox is None


@pytest.mark.rule("K20")
def test_only_administrators_connect_shared_ones(oauth_mail: OAuthMail, bob: Membership) -> None:
    with pytest.raises(NotAllowed):
        start_sign_in(bob, SignInRequest("google", "shared"), browser=BROWSER)
    assert not OAuthAttempt.objects.exists()


def test_a_provider_without_a_client_id_is_not_offered(oauth_mail: OAuthMail, alice: Membership) -> None:
    with pytest.raises(SettingRefused) as refused:
        start_sign_in(alice, SignInRequest("yandex", "personal"), browser=BROWSER)
    assert refused.value.field == "provider"


@pytest.mark.parametrize("scope", ["https://mail.google.com/", "openid email https://mail.google.com/"])
def test_who_does_not_allow_mail_is_told_what_to_allow(oauth_mail: OAuthMail, alice: Membership, scope: str) -> None:
    oauth_mail.server.refused_scopes = set(scope.split())
    with pytest.raises(SignInFailed, match="allow all that is asked"):
        oauth_mail.connect(alice, oauth_mail.new_user())
    assert not Credential.objects.exists()


def test_an_address_that_the_provider_has_not_verified_is_not_believed(
    oauth_mail: OAuthMail, alice: Membership
) -> None:
    oauth_mail.server.is_address_verified = False
    with pytest.raises(SignInFailed, match="does not say which address"):
        oauth_mail.connect(alice, oauth_mail.new_user())


def test_a_swapped_code_is_refused(oauth_mail: OAuthMail, alice: Membership) -> None:
    """One of another sign-in, as an attacker would slip it in: it does not fit our PKCE verifier."""
    first = start_sign_in(alice, SignInRequest("google", "personal"), browser=BROWSER)
    other = start_sign_in(alice, SignInRequest("google", "personal"), browser=BROWSER)
    code = oauth_mail.server.allow(first, "victim@dovecot.test")["code"]
    attempt = claim_attempt(alice, state=state_of(other), browser=BROWSER)
    with pytest.raises(SignInFailed, match="was not completed"):
        finish_sign_in(alice, attempt, code)
    assert not Mailbox.objects.with_servers().exists()
