"""Who disconnects a mailbox ends the permission at its provider too: nobody else can use what is left of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Membership
from accounts.tenancy import tenant
from crm_mail.celery import app
from mailboxes.disconnecting import disconnect
from mailboxes.models import Mailbox
from mailboxes.reconnecting import changed_request
from mailboxes.services import reconnect_mailbox
from mailboxes.tasks import revoke_grant
from tests.servers.oauth_mail import OAuthMail

pytestmark = [pytest.mark.dovecot, pytest.mark.usefixtures("in_account"), pytest.mark.rule("K03", "K64", "K65")]
QUEUE, REVOKE = "interactive", "/revoke"


@pytest.fixture(autouse=True)
def no_old_orders() -> None:
    with app.connection_for_write() as broker, closing(broker.SimpleQueue(QUEUE)) as queue:
        queue.clear()


@contextmanager
def committed(capture: DjangoCaptureOnCommitCallbacks) -> Iterator[None]:
    """What happens in the block is committed, and a worker has done what was ordered."""
    with capture(execute=True):
        yield
    with app.connection_for_write() as broker, closing(broker.SimpleQueue(QUEUE)) as queue, suppress(queue.Empty):
        while True:
            order = queue.get_nowait()
            order.ack()
            if order.headers["task"] == revoke_grant.name:
                revoke_grant(*order.payload[0])


@pytest.fixture
def mailbox(oauth_mail: OAuthMail, alice: Membership) -> Mailbox:
    return oauth_mail.connect(alice, oauth_mail.new_user())


def is_allowed(oauth_mail: OAuthMail) -> bool:
    return oauth_mail.server.permissions[-1].is_alive


@pytest.mark.parametrize("emails", ["keep", "delete"])
def test_the_provider_is_told_once_it_is_committed(
    oauth_mail: OAuthMail,
    alice: Membership,
    mailbox: Mailbox,
    emails: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with committed(django_capture_on_commit_callbacks):
        disconnect(alice, mailbox.pk, emails=emails)
        assert is_allowed(oauth_mail)
    assert not is_allowed(oauth_mail)
    assert oauth_mail.server.count(REVOKE) == 1


def test_with_a_password_the_permission_is_needed_no_more(
    oauth_mail: OAuthMail,
    alice: Membership,
    mailbox: Mailbox,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with committed(django_capture_on_commit_callbacks):
        reconnect_mailbox(alice, mailbox.pk, changed_request(mailbox, oauth_mail.passwords()))
    assert not is_allowed(oauth_mail)


def test_who_signs_in_anew_keeps_the_new_permission(
    oauth_mail: OAuthMail,
    alice: Membership,
    mailbox: Mailbox,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with committed(django_capture_on_commit_callbacks):
        oauth_mail.reconnect(alice, mailbox, mailbox.imap_username)
    assert is_allowed(oauth_mail)
    assert oauth_mail.server.count(REVOKE) == 0


@pytest.mark.rule("G10")
def test_another_account_goes_on_with_the_same_mailbox(
    oauth_mail: OAuthMail,
    alice: Membership,
    charlie: Membership,
    mailbox: Mailbox,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    """Google ends all permissions of a person with one of them."""
    with tenant(charlie.account_id):
        oauth_mail.connect(charlie, mailbox.imap_username)
    with committed(django_capture_on_commit_callbacks):
        disconnect(alice, mailbox.pk, emails="keep")
    assert all(one.is_alive for one in oauth_mail.server.permissions)


def test_a_provider_that_is_away_keeps_nobody_from_disconnecting(
    oauth_mail: OAuthMail,
    alice: Membership,
    mailbox: Mailbox,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    oauth_mail.server.failure = (503, {})
    with committed(django_capture_on_commit_callbacks):
        assert disconnect(alice, mailbox.pk, emails="keep").state == Mailbox.State.DISCONNECTED
    assert is_allowed(oauth_mail)
    assert not mailbox.credentials.exists()
