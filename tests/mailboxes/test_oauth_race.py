"""Two processes find at the same time that a token ends."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from mailboxes.grants import access_token
from mailboxes.models import Credential, Mailbox
from mailkit.types import Secret
from tests.servers.oauth_mail import OAuthMail

pytestmark = [pytest.mark.dovecot, pytest.mark.django_db(transaction=True)]


def renew(account: Account, mailbox: Mailbox) -> Secret:
    """As a worker's thread does it."""
    try:
        with tenant(account):
            return access_token(Mailbox.objects.get(pk=mailbox.pk))
    finally:
        connections.close_all()


@pytest.mark.rule("K03")
def test_two_workers_renew_once(oauth_mail: OAuthMail, alice: Membership, in_account: Account) -> None:
    mailbox = oauth_mail.connect(alice, oauth_mail.new_user())
    ends_soon = timezone.now() + timedelta(minutes=4)
    Credential.objects.filter(field=Credential.Field.OAUTH_ACCESS).update(expires_at=ends_soon)
    server = oauth_mail.server
    server.hold = threading.Event()
    server.is_asked.clear()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(renew, in_account, mailbox)
        assert server.is_asked.wait(30)
        second = pool.submit(renew, in_account, mailbox)
        server.hold.set()
        assert first.result(30) == second.result(30)
    assert server.count("/token") == 2  # for the code, and this one
