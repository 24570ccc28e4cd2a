"""Event streams that are open hear of a change of rights, and ask anew whose mailboxes they tell of."""

from __future__ import annotations

import json

import pytest
import redis
from django.conf import settings
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import live
from accounts.models import Account, Membership
from mailboxes.behavior import MailboxSettings, change_settings
from tests.conftest import MakeMailbox


@pytest.mark.rule("K24")
def test_that_sharing_has_changed_is_heard_at_once(
    bob: Membership,
    in_account: Account,
    make_mailbox: MakeMailbox,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    bobs_own = make_mailbox("bob@acme.example", owner=bob)
    with redis.Redis.from_url(settings.REDIS_URL) as client, client.pubsub() as subscription:
        subscription.subscribe(live.channel(in_account.pk))
        subscription.get_message(timeout=10)  # it stands
        with django_capture_on_commit_callbacks(execute=True):
            change_settings(bob, bobs_own.pk, MailboxSettings(shared_with_admins=True))
        heard = subscription.get_message(timeout=10)
    assert heard is not None
    assert json.loads(heard["data"])["kind"] == live.RIGHTS
