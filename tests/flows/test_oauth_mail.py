"""A mailbox without a password: connected at its provider, read, sent from, signed out, connected again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import Membership, Notice
from accounts.tenancy import tenant
from mailboxes.models import Credential, Mailbox
from outbox.models import OutgoingMail
from outbox.services import LetterRequest, queue_letter
from sync.services import request_sync
from tests.flows.waiting import eventually
from tests.servers.oauth_mail import OAuthMail
from threads.models import Message

pytestmark = [pytest.mark.flow, pytest.mark.dovecot]
LETTER = (
    b"From: Ana <ana@client.example>\r\nTo: me@x.example\r\nSubject: Quote %d\r\nMessage-ID: <%d@x>\r\n\r\nHello\r\n"
)


def send(member: Membership, mailbox: Mailbox, subject: str) -> None:
    queue_letter(member, LetterRequest(mailbox_id=mailbox.pk, to=["ana@client.example"], subject=subject, html="Hi"))


def end_token() -> None:
    Credential.objects.filter(field=Credential.Field.OAUTH_ACCESS).update(
        expires_at=timezone.now() - timedelta(hours=1)
    )


def state_of_letters() -> list[str]:
    return list(OutgoingMail.objects.order_by("id").values_list("state", flat=True))


@pytest.mark.rule("K03", "M05", "A13")
def test_a_mailbox_is_used_by_tokens_until_its_owner_takes_them_back(
    real_worker: Path, alice: Membership, oauth_mail: OAuthMail
) -> None:
    user = oauth_mail.new_user()
    oauth_mail.imap.deliver(user, LETTER % (1, 1))
    mailbox = oauth_mail.connect(alice, user, kind="shared")
    with tenant(alice.account_id):
        eventually(lambda: Mailbox.objects.with_servers().get().state == Mailbox.State.SYNCED)
        assert Message.objects.get().subject == "Quote 1"
        end_token()
        send(alice, mailbox, "With a renewed token")
        eventually(lambda: state_of_letters() == ["sent"], because="the token is renewed")
        assert oauth_mail.smtp.commands[-4:] == ["AUTH XOAUTH2", "MAIL", "RCPT", "DATA"]
        oauth_mail.server.revoke(user)
        end_token()
        request_sync(mailbox)
        eventually(lambda: Mailbox.objects.with_servers().get().state == Mailbox.State.NEEDS_LOGIN)
        send(alice, mailbox, "Waits for the sign-in")
        eventually(lambda: state_of_letters() == ["sent", "held"])
        assert Notice.objects.filter(kind="mailbox.needs_login").count() == 1
        oauth_mail.imap.deliver(user, LETTER % (2, 2))
    oauth_mail.reconnect(alice, mailbox, user)
    with tenant(alice.account_id):
        eventually(lambda: Mailbox.objects.with_servers().get().state == Mailbox.State.SYNCED)
        eventually(lambda: state_of_letters() == ["sent", "sent"], because="held letters go after the sign-in")
        eventually(lambda: Message.objects.filter(subject="Quote 2").exists())
        assert Message.objects.filter(subject="Quote 1").count() == 1
