"""What lies in Deleted is not told by the list of what was sent either (K63)."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import Membership
from mailboxes.models import Mailbox
from outbox.access import get_mail_for
from outbox.errors import MailNotFound
from outbox.models import OutgoingMail
from tests.outbox.conftest import Queue
from tests.threads.builders import Mail, Post
from threads.models import Message
from threads.services import delete_messages

pytestmark = pytest.mark.rule("K63")


@pytest.fixture
def mail(bob: Membership, sales: Mailbox, queue: Queue) -> OutgoingMail:
    """Bob's own letter from the shared mailbox, sent, and deleted by him."""
    mail = queue(bob, mailbox_id=sales.pk)
    Post(sales).file_sent(Mail(sender=sales.address, to="ann@client.example", message_id=mail.message_id_header))
    message = Message.objects.get()
    OutgoingMail.objects.update(state="sent", sent_at=timezone.now(), message=message)
    delete_messages(bob, [message.pk])
    return mail


def test_administrators_alone_see_it(mail: OutgoingMail, alice: Membership, bob: Membership) -> None:
    assert get_mail_for(alice, mail.pk) == mail
    with pytest.raises(MailNotFound):
        get_mail_for(bob, mail.pk)
    assert not OutgoingMail.objects.visible_to(bob).exists()


def test_owners_see_theirs_where_the_account_allows_it(
    mail: OutgoingMail, sales: Mailbox, alice: Membership, bob: Membership
) -> None:
    Mailbox.objects.filter(pk=sales.pk).update(kind=Mailbox.Kind.PERSONAL, owner=bob)
    assert not OutgoingMail.objects.visible_to(bob).exists()
    bob.account.owners_see_deleted = True
    assert get_mail_for(bob, mail.pk) == mail


def test_what_is_still_on_its_way_stays_in_the_outbox(mail: OutgoingMail, bob: Membership) -> None:
    """It has reached some of its recipients, and can be stopped for the others."""
    OutgoingMail.objects.update(state="retry")
    assert get_mail_for(bob, mail.pk) == mail
