"""A letter that comes back marks its recipient and the address, and tells its author; a delay marks nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import Membership, Notice
from mailboxes.models import Mailbox
from outbox import bounces
from outbox.models import OutgoingMail, OutgoingRecipient, Suppression
from outbox.states import State
from tests.outbox.conftest import Queue
from tests.threads.builders import Post, fetched
from threads.models import BounceReport

SAMPLES = Path(__file__).parents[1] / "mails" / "bounces"
KNOWN_ID = b"0198f2aa-7c1d@acme.example"
Bounce = Callable[..., None]


@pytest.fixture
def letter(sales: Mailbox, queue: Queue) -> OutgoingMail:
    """Sent to two people an hour ago."""
    mail = queue(mailbox_id=sales.pk, to=["Ann <Ann@Client.example>", "cy@client.example"])
    mail.recipients.update(state=OutgoingRecipient.State.ACCEPTED)
    OutgoingMail.objects.update(state=State.SENT, sent_at=timezone.now() - timedelta(hours=1))
    mail.refresh_from_db()
    return mail


@pytest.fixture
def bounce(sales: Mailbox) -> Bounce:
    """A sample arrives that is about this letter, and is handled."""
    post = Post(sales)

    def arrive(sample: str, mail: OutgoingMail) -> None:
        raw = (SAMPLES / f"{sample}.eml").read_bytes().replace(KNOWN_ID, mail.message_id_header.encode())
        uid = BounceReport.objects.count() + 1
        post.file_letters([fetched(uid, raw)])
        bounces.handle_waiting()

    return arrive


def states_of(mail: OutgoingMail) -> list[str]:
    return [person.state for person in mail.recipients.all()]


@pytest.mark.rule("M94")
@pytest.mark.parametrize(
    "sample", ["postfix-user-unknown", "qmail-no-mailbox", "exim-unrouteable", "mailru-user-not-found"]
)
def test_who_could_not_be_reached_is_marked_with_the_servers_words(
    letter: OutgoingMail, bounce: Bounce, alice: Membership, sample: str
) -> None:
    bounce(sample, letter)
    assert states_of(letter) == ["bounced", "accepted"]
    assert letter.recipients.first().error  # type: ignore[union-attr]
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.error_code) == (State.SENT, "bounced")
    assert Suppression.objects.get().email_key == "ann@client.example"
    notice = Notice.objects.get()
    assert (notice.kind, notice.membership, notice.facts["mail"]) == ("mail.bounced", alice, letter.pk)
    assert not BounceReport.objects.filter(handled_at=None).exists()


@pytest.mark.parametrize("sample", ["postfix-delayed", "exchange-delayed", "gmail-delay", "sendmail-warning"])
def test_a_delay_marks_nothing(letter: OutgoingMail, bounce: Bounce, sample: str) -> None:
    bounce(sample, letter)
    assert BounceReport.objects.get().action == "delayed"
    assert states_of(letter) == ["accepted", "accepted"]
    assert not Suppression.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.parametrize("sample", ["icloud-quota", "yandex-spam", "postfix-expired", "exchange-blocked-sender"])
def test_a_good_address_stays_good(letter: OutgoingMail, bounce: Bounce, sample: str) -> None:
    """A full mailbox, a filter, a server that was away."""
    bounce(sample, letter)
    assert states_of(letter) == ["bounced", "accepted"]
    assert not Suppression.objects.exists()


def test_the_author_is_told_once(letter: OutgoingMail, bounce: Bounce) -> None:
    for _ in range(2):
        bounce("postfix-user-unknown", letter)
    bounce("postfix-several-recipients", letter)
    assert Notice.objects.count() == Suppression.objects.count() == 1


def test_a_report_about_a_letter_that_is_not_ours_says_nothing(letter: OutgoingMail, bounce: Bounce) -> None:
    letter.message_id_header = "somebody@else.example"
    bounce("postfix-user-unknown", letter)
    bounce("no-original-at-all", letter)
    assert states_of(letter) == ["accepted", "accepted"]
    assert not Suppression.objects.exists()
    assert not BounceReport.objects.filter(handled_at=None).exists()


def test_of_a_letter_to_one_it_is_that_one_wherever_he_forwards_to(letter: OutgoingMail, bounce: Bounce) -> None:
    letter.recipients.filter(address="cy@client.example").delete()
    letter.recipients.update(address="office@client.example")
    bounce("postfix-user-unknown", letter)
    assert states_of(letter) == ["bounced"]
    assert Suppression.objects.get().email_key == "office@client.example"


@pytest.mark.rule("G04")
@pytest.mark.parametrize("sample", ["postfix-user-unknown", "postfix-delayed"])
def test_a_report_proves_that_an_unknown_letter_was_sent(letter: OutgoingMail, bounce: Bounce, sample: str) -> None:
    letter.recipients.update(state=OutgoingRecipient.State.WAITING)
    now = timezone.now()
    OutgoingMail.objects.update(state=State.UNKNOWN, sent_at=None, data_accepted_at=now, error_code="unknown")
    bounce(sample, letter)
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.sent_at) == (State.SENT, mail.data_accepted_at)
    assert mail.sent_check_at is not None, "it is filed and copied with the next round"


def test_the_sweep_names_accounts_with_reports(letter: OutgoingMail, sales: Mailbox) -> None:
    raw = (SAMPLES / "postfix-user-unknown.eml").read_bytes()
    assert bounces.list_accounts_with_reports() == []
    Post(sales).file_letters([fetched(1, raw)])
    assert bounces.list_accounts_with_reports() == [letter.account_id]
    assert bounces.handle_waiting() == 1
    assert bounces.list_accounts_with_reports() == []
