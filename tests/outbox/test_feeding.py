"""The letters of a mailing are made shortly before they are sent, each once, whatever happens in between."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Membership, Notice
from mailboxes.models import Mailbox
from mailkit.mime_reader import parse_message
from outbox import feeding
from outbox.composing import compose
from outbox.delivery import deliver
from outbox.drafts import DraftFile
from outbox.feeding import feed, list_mailings_to_feed
from outbox.mailing_running import cancel_mailing, pause_mailing, resume_mailing
from outbox.models import Mailing, MailingRecipient, OutgoingMail
from outbox.suppression import set_unsubscribed
from outbox.uploads import store_image
from tests.outbox.conftest import Office, Queue
from tests.outbox.mailing_world import mailing_to, people, person, started


def states_of(mailing: Mailing) -> list[str]:
    return list(mailing.recipients.order_by("id").values_list("state", flat=True))


@pytest.mark.rule("M20", "M92")
def test_few_letters_are_made_at_a_time_and_none_of_a_draft(
    alice: Membership, sales: Mailbox, settings: Settings
) -> None:
    settings.SEND_PER_SECOND = 1
    assert feed(mailing_to(alice, sales, people(3)).pk) == 0
    mailing = started(alice, sales, people(60))
    assert feed(mailing.pk) == 50
    assert feed(mailing.pk) == 0
    assert mailing.letters.count() == 50
    assert set(mailing.letters.values_list("priority", flat=True)) == {OutgoingMail.Priority.BULK}
    assert list_mailings_to_feed(timezone.now()) == []
    assert list_mailings_to_feed(timezone.now() + timedelta(minutes=1)) == [(alice.account_id, mailing.pk)]


@pytest.mark.rule("M99", "G09")
def test_a_letter_has_its_persons_words_and_the_headers_of_one_click(alice: Membership, sales: Mailbox) -> None:
    feed(started(alice, sales, [person("Ana", "ana@client.example")]).pk)
    letter = compose(OutgoingMail.objects.get())
    assert "Hello Ana" in letter.html
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter.extra_headers["List-Unsubscribe"].startswith("<http")
    assert letter.extra_headers["List-Unsubscribe"].strip("<>") in letter.html


@pytest.mark.rule("M99")
def test_who_unsubscribes_meanwhile_gets_none(alice: Membership, sales: Mailbox) -> None:
    mailing = started(alice, sales, people(2))
    set_unsubscribed(alice, ["person0@client.example"], is_unsubscribed=True)
    assert feed(mailing.pk) == 1
    assert states_of(mailing) == ["skipped", "queued"]


@pytest.mark.rule("M20")
def test_a_pause_takes_back_what_no_server_has_and_resuming_goes_on(alice: Membership, sales: Mailbox) -> None:
    mailing = started(alice, sales, people(4))
    feed(mailing.pk)
    sent, sending = mailing.letters.order_by("id")[:2]
    OutgoingMail.objects.filter(pk=sent.pk).update(state="sent", sent_at=timezone.now())
    lease = {"lease_token": uuid.uuid4(), "lease_until": timezone.now() + timedelta(minutes=1)}
    OutgoingMail.objects.filter(pk=sending.pk).update(state="sending", **lease)
    pause_mailing(alice, mailing.pk)
    assert states_of(mailing) == ["queued", "queued", "waiting", "waiting"]
    assert feed(mailing.pk) == 0
    resume_mailing(alice, mailing.pk)
    assert feed(mailing.pk) == 2
    assert mailing.letters.count() == 4
    cancel_mailing(alice, mailing.pk)
    assert states_of(mailing) == ["queued", "queued", "canceled", "canceled"]
    assert mailing.letters.count() == 2


def test_a_worker_that_was_too_slow_makes_no_letter(alice: Membership, sales: Mailbox) -> None:
    mailing = started(alice, sales, people(2))
    slow = feeding._claim(mailing.pk)
    assert slow
    Mailing.objects.update(lease_until=timezone.now())
    assert feed(mailing.pk) == 2
    with pytest.raises(feeding.LeaseLost):
        feeding._make(slow, mailing.recipients.first())  # type: ignore[arg-type]
    assert mailing.letters.count() == 2


@pytest.mark.rule("G09")
def test_too_many_bounces_pause_it_until_a_person_decides(alice: Membership, sales: Mailbox) -> None:
    mailing = started(alice, sales, people(60))
    feed(mailing.pk)
    ids = list(mailing.letters.order_by("id").values_list("pk", flat=True))
    OutgoingMail.objects.filter(pk__in=ids[:50]).update(state="sent", sent_at=timezone.now())
    OutgoingMail.objects.filter(pk__in=ids[:3]).update(error_code="bounced")
    feed(mailing.pk)
    mailing.refresh_from_db()
    assert (mailing.state, mailing.pause_reason) == ("paused", "bounces")
    assert Notice.objects.filter(membership=alice, kind="mailing.paused").count() == 1
    resume_mailing(alice, mailing.pk)
    feed(mailing.pk)
    mailing.refresh_from_db()
    assert mailing.state == "running"


def test_nobody_writes_for_who_is_gone(alice: Membership, bob: Membership, sales: Mailbox) -> None:
    Membership.objects.filter(pk=bob.pk).update(mailer_access=True)
    bob.refresh_from_db()
    mailing = started(bob, sales, people(2))
    Membership.objects.filter(pk=bob.pk).update(is_active=False)
    assert feed(mailing.pk) == 0
    mailing.refresh_from_db()
    assert (mailing.state, mailing.pause_reason) == ("paused", "author_left")


@pytest.mark.rule("M20", "M92")
def test_a_single_letter_goes_ahead_of_a_mailing(alice: Membership, office: Office, queue: Queue) -> None:
    mailing = started(alice, office.mailbox, people(3))
    feed(mailing.pk)
    queue(mailbox_id=office.mailbox.pk, to=["boss@client.example"])
    deliver(office.mailbox.pk)
    order = [parse_message(letter.raw).to[0].email for letter in office.sink.letters]
    assert order == ["boss@client.example", *(f"person{number}@client.example" for number in range(3))]
    feed(mailing.pk)
    mailing.refresh_from_db()
    assert mailing.state == "done"
    assert set(mailing.recipients.values_list("state", flat=True)) == {MailingRecipient.State.QUEUED}


@pytest.mark.rule("M16", "M20")
def test_a_picture_that_no_letter_takes_pauses_it_and_says_so(
    alice: Membership, sales: Mailbox, settings: Settings
) -> None:
    picture = store_image(alice, SimpleUploadedFile("a.png", b"12345", "image/png"))
    body = '<p><img src="cid:a@x"> {unsubscribelink}</p>'
    mailing = started(alice, sales, people(1), body=body, files=[DraftFile(picture.pk, "a@x")])
    settings.IMAGE_MAX_BYTES = 4
    assert feed(mailing.pk) == 0
    mailing.refresh_from_db()
    assert (mailing.state, mailing.pause_reason) == ("paused", "refused")
    assert Notice.objects.get(kind="mailing.paused").membership == alice
