"""A letter that went out through another mailbox is answered where it was written (R07): results and reports see it."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership
from mailboxes.models import Mailbox
from outbox.letter_reports import Span, report
from outbox.mailing_results import count_letters
from outbox.models import OutgoingMail
from tests.outbox.conftest import Queue
from tests.threads.builders import Mail, Post

pytestmark = pytest.mark.rule("R07")


AWAY = (("Auto-Submitted", "auto-replied"),)


def replied(member: Membership) -> int:
    today = timezone.localdate()
    (row,) = report(member, Span(today, today), by="day")
    return row.replied


def test_answers_are_counted_where_they_come_and_for_whom_may_see_them(
    queue: Queue, alice: Membership, bob: Membership, alices: Mailbox, sales: Mailbox
) -> None:
    Mailbox.objects.filter(pk=alices.pk).update(outgoing_mailbox=sales)
    mail = queue()
    assert (mail.mailbox, mail.answers_to) == (sales, alices)
    OutgoingMail.objects.update(state="sent", sent_at=timezone.now())
    assert (count_letters(OutgoingMail.objects.all())["replied"], replied(alice)) == (0, 0)
    Post(alices).file(Mail("Re: Offer", in_reply_to=mail.message_id_header))
    assert (count_letters(OutgoingMail.objects.all())["replied"], replied(alice)) == (1, 1)
    assert replied(bob) == 0, "the answer lies in a mailbox that he does not read"


def test_who_is_out_of_the_office_has_not_answered(queue: Queue, alice: Membership, alices: Mailbox) -> None:
    mail = queue()
    OutgoingMail.objects.update(state="sent", sent_at=timezone.now())
    post = Post(alices)
    post.file(Mail("Automatic reply: Offer", in_reply_to=mail.message_id_header, headers=AWAY))
    assert (count_letters(OutgoingMail.objects.all())["replied"], replied(alice)) == (0, 0)
    post.file(Mail("Re: Offer", in_reply_to=mail.message_id_header))
    assert (count_letters(OutgoingMail.objects.all())["replied"], replied(alice)) == (1, 1)


@pytest.mark.rule("M98")
@pytest.mark.parametrize(
    "answer",
    [
        {"headers": (("Auto-Submitted", "auto-generated"),)},
        {"headers": (("Precedence", "bulk"),)},
        {"sender": "MAILER-DAEMON@client.example"},
        {"sender": "alice@acme.example", "to": "ann@client.example"},
    ],
)
def test_what_no_client_wrote_is_no_answer(
    queue: Queue, alice: Membership, alices: Mailbox, answer: dict[str, Any]
) -> None:
    mail = queue()
    OutgoingMail.objects.update(state="sent", sent_at=timezone.now())
    Post(alices).file(Mail("Away", in_reply_to=mail.message_id_header, **answer))
    assert (count_letters(OutgoingMail.objects.all())["replied"], replied(alice)) == (0, 0)
