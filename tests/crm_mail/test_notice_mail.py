"""Notices by mail: who wants them gets one mail for all that came together, and nothing that they may not see."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account, Membership, Notice
from accounts.notice_mail import RETRY_AFTER, list_due
from accounts.notices import notify
from crm.contacts import ContactValues, create_contact
from crm_mail.notice_mail import mail_notices_of
from mailkit.automatic import is_automatic
from mailkit.mime_reader import parse_message
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Mail, Post
from threads.models import Message

pytestmark = pytest.mark.rule("R14")
BOTH = ["customer.assigned", "mail.arrived"]


class DeafBackend(EmailBackend):
    """A server that hangs up."""

    def send_messages(self, _messages: object) -> int:
        raise SMTPServerDisconnected("Connection unexpectedly closed")


@pytest.fixture
def post(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Post:
    return Post(make_mailbox(SALES, account_of=alice))


@pytest.fixture
def bob(bob: Membership, in_account: Account) -> Membership:
    """He wants both by mail."""
    bob.notices_mailed = BOTH
    bob.save()
    return bob


def tell(post: Post, bob: Membership) -> None:
    """A new customer, and his letter."""
    contact = create_contact(ContactValues(first_name="Anna", emails=["anna@client.example"]))
    post.file(Mail("Prices of May"))
    notify([bob], "customer.assigned", contact=contact.pk)
    notify([bob], "mail.arrived", message=Message.objects.get().pk, mailbox=post.mailbox.pk)


def make_due() -> None:
    Notice.objects.filter(mail_due_at__isnull=False).update(mail_due_at=timezone.now() - timedelta(seconds=1))


def test_what_one_letter_brings_about_goes_in_one_mail(post: Post, bob: Membership) -> None:
    tell(post, bob)
    assert not list_due(timezone.now())  # it waits for others
    make_due()
    assert list_due(timezone.now()) == [(bob.account_id, bob.pk)]
    assert mail_notices_of(bob.pk)
    [letter] = mail.outbox
    assert (letter.to, letter.subject) == (["bob@acme.example"], "2 notices")
    assert "A new customer is yours: Anna" in letter.body
    assert "Anna Petrova wrote: “Prices of May”" in letter.body
    assert f"/mail/inbox/{Message.objects.get().thread_id}/" in letter.body
    assert "/settings/profile/#notices" in letter.body
    assert not mail_notices_of(bob.pk)
    assert not list_due(timezone.now())


def test_no_program_answers_it_and_nothing_is_made_of_it(post: Post, bob: Membership) -> None:
    tell(post, bob)
    make_due()
    mail_notices_of(bob.pk)
    raw = mail.outbox[0].message().as_bytes()
    assert b"Auto-Submitted: auto-generated" in raw
    assert is_automatic(parse_message(raw))


def test_in_the_language_of_the_member(post: Post, bob: Membership) -> None:
    bob.user.language = "ru"
    bob.user.save()
    notify([bob], "customer.assigned", contact=create_contact(ContactValues(first_name="Anna")).pk)
    make_due()
    mail_notices_of(bob.pk)
    assert "Anna" in mail.outbox[0].subject


@pytest.mark.rule("K23")
def test_nothing_is_told_of_what_the_member_may_not_see_by_now(post: Post, bob: Membership) -> None:
    tell(post, bob)
    make_due()
    Membership.objects.filter(pk=bob.pk).update(mail_access_all=False)
    mail_notices_of(bob.pk)
    assert mail.outbox[0].subject == "A new customer is yours: Anna"
    assert "Prices" not in mail.outbox[0].body


def test_what_was_read_at_the_bell_is_not_mailed(post: Post, bob: Membership) -> None:
    tell(post, bob)
    make_due()
    Notice.objects.update(read_at=timezone.now())
    assert not mail_notices_of(bob.pk)
    assert not mail.outbox


def test_who_was_deactivated_gets_nothing(post: Post, bob: Membership) -> None:
    tell(post, bob)
    make_due()
    Membership.objects.filter(pk=bob.pk).update(is_active=False)
    assert not mail_notices_of(bob.pk)


def test_a_server_that_is_away_is_tried_again_for_a_day(post: Post, bob: Membership, settings: Settings) -> None:
    tell(post, bob)
    make_due()
    settings.EMAIL_BACKEND = f"{__name__}.DeafBackend"
    assert not mail_notices_of(bob.pk)
    assert not list_due(timezone.now())
    assert list_due(timezone.now() + RETRY_AFTER) == [(bob.account_id, bob.pk)]
    make_due()
    Notice.objects.update(created_at=timezone.now() - timedelta(days=2))
    mail_notices_of(bob.pk)
    assert not list_due(timezone.now() + timedelta(days=9))


def test_where_no_mail_can_be_sent_none_waits(post: Post, bob: Membership, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    tell(post, bob)
    assert Notice.objects.filter(mail_due_at=None).count() == 2


def test_what_is_not_wanted_at_the_bell_is_gone_once_it_was_mailed(post: Post, bob: Membership) -> None:
    bob.notices_off = ["customer.assigned"]
    bob.save()
    tell(post, bob)
    make_due()
    mail_notices_of(bob.pk)
    assert "A new customer is yours" in mail.outbox[0].body
    assert list(Notice.objects.values_list("kind", flat=True)) == ["mail.arrived"]
