"""What became of letters, where people look: the outbox by parts, the card, notices, addresses that take no mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership, Notice
from crm.contacts import ContactValues, create_contact
from crm.models import Contact
from mailboxes.models import Mailbox
from outbox.drafts import DraftFields, create_draft
from outbox.models import Draft, OutgoingMail, OutgoingRecipient
from outbox.suppression import suppress
from tests.threads.builders import Mail, Post
from tests.web.test_outbox import SignIn, private, shown, stuck
from threads.models import Message

__all__ = ["private"]  # a fixture
State = OutgoingMail.State


@pytest.fixture
def ann(private: Mailbox) -> Contact:
    return create_contact(ContactValues(first_name="Ann", emails=("Ann@client.example",)))


def came_back(mailbox: Mailbox, author: Membership, **changes: Any) -> OutgoingMail:
    mail = stuck(mailbox, author, state=State.SENT, error_code="bounced", sent_at=timezone.now(), **changes)
    mail.recipients.update(state=OutgoingRecipient.State.BOUNCED, error="550 5.1.1 no such user")
    return mail


def test_parts_of_the_outbox(signed_in: SignIn, private: Mailbox, alice: Membership) -> None:
    stuck(private, alice, state=State.QUEUED, error_code="", subject="Our first")
    stuck(private, alice, subject="Our second")
    stuck(private, alice, state=State.UNKNOWN, subject="Our third")
    client = signed_in(alice)
    for queue, there, away in (
        ("waiting", "Our first", "Our second"),
        ("failed", "Our second", "Our first"),
        ("unknown", "Our third", "Our first"),
    ):
        page = shown(client, f"/mail/outbox/?queue={queue}")
        assert (there in page, away in page) == (True, False), queue


@pytest.mark.rule("M20")
def test_a_long_queue_says_when_it_ends(signed_in: SignIn, private: Mailbox, alice: Membership) -> None:
    for _ in range(3):
        stuck(private, alice, state=State.QUEUED, error_code="")
    assert "3 letters wait; the last one goes out about" in shown(signed_in(alice))


@pytest.mark.rule("M91")
def test_beyond_the_limit_a_letter_says_when_it_goes(signed_in: SignIn, private: Mailbox, alice: Membership) -> None:
    stuck(private, alice, state=State.QUEUED, error_code="over_daily_limit", due_at=timezone.now() + timedelta(hours=9))
    page = shown(signed_in(alice))
    assert "as many letters as it may in one day" in page
    assert "It goes out" in page


@pytest.mark.rule("M94")
@pytest.mark.parametrize("make", [stuck, came_back])
def test_the_card_says_in_red_what_did_not_arrive(
    signed_in: SignIn,
    private: Mailbox,
    alice: Membership,
    bob: Membership,
    ann: Contact,
    make: Callable[..., OutgoingMail],
) -> None:
    make(private, alice, subject="Our offer")
    page = shown(signed_in(alice), f"/contacts/{ann.pk}/")
    assert "entry-missed" in page
    assert "Our offer" in page
    assert "sig-bad" in page
    assert "entry-missed" not in shown(signed_in(bob), f"/contacts/{ann.pk}/"), "the mailbox is Alice's own"


def test_what_came_back_long_ago_leaves_the_card(
    signed_in: SignIn, private: Mailbox, alice: Membership, ann: Contact
) -> None:
    came_back(private, alice)
    OutgoingMail.objects.update(sent_at=timezone.now() - timedelta(days=31))
    assert "entry-missed" not in shown(signed_in(alice), f"/contacts/{ann.pk}/")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("mail.bounced", "came back"),
        ("mailbox.daily_warning", "2000 letters have gone out"),
        ("mailbox.daily_limit", "letters wait until tomorrow"),
        ("mailbox.provider_limit", "the provider takes no more for now"),
    ],
)
def test_notices(signed_in: SignIn, private: Mailbox, alice: Membership, kind: str, words: str) -> None:
    facts = {"mail": came_back(private, alice).pk, "mailbox": private.pk, "count": 2000}
    Notice.objects.create(membership=alice, kind=kind, facts=facts)
    assert words in shown(signed_in(alice), "/notices/")


def test_an_address_that_takes_no_mail_is_listed_and_taken_off(
    signed_in: SignIn, private: Mailbox, alice: Membership, bob: Membership
) -> None:
    Post(private).file(Mail())
    suppress("ann@client.example", detail="550 5.1.1 no such user", message=Message.objects.get())
    client = signed_in(alice)
    assert "/mail/outbox/bad-addresses/" in shown(client)
    page = shown(client, "/mail/outbox/bad-addresses/")
    assert "ann@client.example" in page
    assert "550 5.1.1 no such user" in page
    url = page.partition('action="')[2].partition('"')[0]
    assert "ann@client.example" not in shown(signed_in(bob), "/mail/outbox/bad-addresses/")
    assert signed_in(bob).post(url).status_code == 404
    assert "All addresses take mail" in signed_in(alice).post(url, follow=True).content.decode()


@pytest.mark.rule("M90", "M94")
def test_its_author_corrects_a_letter_that_failed_where_it_says_so(
    signed_in: SignIn, private: Mailbox, alice: Membership
) -> None:
    draft = create_draft(alice, DraftFields(mailbox_id=private.pk, to=["ann@client.example"], subject="Offer"))
    mail = stuck(private, alice)
    Draft.objects.filter(pk=draft.pk).update(mail=mail)
    client, undo = signed_in(alice), f"/mail/outbox/{mail.pk}/undo/"
    assert undo in shown(client)
    answer = client.post(f"/mail/outbox/{mail.pk}/cancel/")
    assert "It lies in Drafts" in answer["HX-Trigger"]
    other = stuck(private, alice, subject="Again")
    assert client.post(f"/mail/outbox/{other.pk}/undo/").status_code == 200
    other.refresh_from_db()
    assert other.state == State.CANCELED


def test_in_settings_there_is_no_editor_so_the_letter_is_opened_in_mail(
    signed_in: SignIn, private: Mailbox, alice: Membership
) -> None:
    mail, client = stuck(private, alice), signed_in(alice)
    undo = f"/mail/outbox/{mail.pk}/undo/?leave=1"
    assert undo in shown(client, "/settings/mailer/letters/history/")
    assert undo not in shown(client)
    answer = client.post(undo)
    assert answer["HX-Redirect"] == f"/mail/inbox/?compose=&draft={Draft.objects.get().pk}"


def test_a_letter_that_has_reached_somebody_is_not_edited(
    signed_in: SignIn, private: Mailbox, alice: Membership
) -> None:
    mail = stuck(private, alice, state=State.RETRY, sent_at=timezone.now())
    assert f"/mail/outbox/{mail.pk}/undo/" not in shown(signed_in(alice))


def test_letters_that_wait_for_the_provider_say_when_it_is_asked_again(
    signed_in: SignIn, private: Mailbox, alice: Membership
) -> None:
    due_at = timezone.now() + timedelta(minutes=40)
    stuck(private, alice, state=State.QUEUED, error_code="daily_limit", due_at=due_at)
    assert "Next try:" in shown(signed_in(alice))


@pytest.mark.rule("M66", "M95")
def test_a_letter_is_found_by_the_number_that_a_note_names(
    signed_in: SignIn, private: Mailbox, alice: Membership, bob: Membership
) -> None:
    mail, _other = stuck(private, alice, subject="Wanted"), stuck(private, alice, subject="Another")
    url = f"/settings/mailer/letters/history/?id={mail.pk}"
    page = shown(signed_in(alice), url)
    assert ("Wanted" in page, "Another" in page, f"No. {mail.pk}" in page) == (True, False, True)
    assert "Another" in shown(signed_in(alice), "/settings/mailer/letters/history/?id=x")
    Membership.objects.filter(pk=bob.pk).update(mailer_access=True)
    assert "Wanted" not in shown(signed_in(bob), url)
