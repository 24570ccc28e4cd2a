"""The bell: what rings, for whom, and until when."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, Membership, Notice
from accounts.notices import notify
from mailboxes.mail_access import set_mail_access
from outbox.models import Mailing, OutgoingMail
from outbox.notices import FAILED, tell_author
from tests.conftest import MakeMailbox
from tests.threads.builders import Mail, Post
from threads.models import Message
from threads.services import delete_messages
from threads.withheld import restore_withheld

SignIn = Callable[[Membership], Client]


def test_a_notice_says_what_to_do(
    signed_in: SignIn, alice: Membership, in_account: Account, make_mailbox: MakeMailbox
) -> None:
    mailbox = make_mailbox("sales@acme.example", account_of=alice)
    notify([alice], "mailbox.needs_login", mailbox=mailbox.pk)
    client = signed_in(alice)
    page = client.get(reverse("notices")).content.decode()
    assert "sales@acme.example needs a new sign-in" in page
    assert reverse("mailbox_servers", args=[mailbox.pk]) in page
    assert 'class="badge">1<' in client.get(reverse("notice_bell")).content.decode()


@pytest.mark.rule("K63")
def test_who_got_a_letter_back_is_led_to_it(
    signed_in: SignIn, alice: Membership, bob: Membership, in_account: Account, make_mailbox: MakeMailbox
) -> None:
    Post(make_mailbox("bob@acme.example", owner=bob)).file(Mail("Salary", to="bob@acme.example"))
    letter = Message.objects.get()
    delete_messages(bob, [letter.pk])
    restore_withheld(alice, letter.pk)
    page = signed_in(bob).get(reverse("notices")).content.decode()
    assert "“Salary” is back from Deleted" in page
    assert reverse("mail_thread", args=["inbox", letter.thread_id]) in page
    assert "Salary" not in signed_in(alice).get(reverse("notices")).content.decode()
    delete_messages(bob, [letter.pk])
    assert "Salary" not in signed_in(bob).get(reverse("notices")).content.decode()


def test_read_notices_ring_no_more(signed_in: SignIn, alice: Membership, in_account: Account) -> None:
    notify([alice, alice], "mailbox.needs_login", mailbox=0)
    client, one = signed_in(alice), Notice.objects.first()
    assert one is not None
    client.post(reverse("notices_read"), {"notice": one.pk})
    assert Notice.objects.filter(read_at__isnull=True).count() == 1
    client.post(reverse("notices_read"))
    assert "badge" not in client.get(reverse("notice_bell")).content.decode()


def test_notices_of_others_are_not_there(
    signed_in: SignIn, alice: Membership, bob: Membership, charlie: Membership, in_account: Account
) -> None:
    notify([alice], "mailbox.needs_login", mailbox=0)
    for other in (bob, charlie):
        client = signed_in(other)
        assert "needs a new sign-in" not in client.get(reverse("notices")).content.decode()
        client.post(reverse("notices_read"))
    assert Notice.objects.filter(read_at__isnull=True).count() == 1


@pytest.mark.rule("M90", "M94")
def test_a_letter_that_was_not_sent_says_why_and_can_be_sent_again(
    signed_in: SignIn, bob: Membership, in_account: Account, make_mailbox: MakeMailbox
) -> None:
    facts = {"mailbox": make_mailbox("bob@acme.example", owner=bob), "author": bob, "subject": "Our offer"}
    mail = OutgoingMail.objects.create(**facts, state="failed", error_code="quota", due_at=timezone.now())
    tell_author(mail, FAILED)
    page = signed_in(bob).get(reverse("notices")).content.decode()
    assert "“Our offer” was not sent" in page
    assert "The recipient&#x27;s mailbox is full." in page
    assert reverse("outbox_retry", args=[mail.pk]) in page


@pytest.mark.rule("K21")
def test_a_notice_tells_no_more_than_its_reader_may_still_see(
    signed_in: SignIn, alice: Membership, bob: Membership, in_account: Account, make_mailbox: MakeMailbox
) -> None:
    facts = {"mailbox": make_mailbox("sales@acme.example", account_of=alice), "author": bob, "subject": "Our offer"}
    mail = OutgoingMail.objects.create(**facts, state="failed", error_code="quota", due_at=timezone.now())
    tell_author(mail, FAILED)
    notify([bob], "mailbox.needs_login", mailbox=mail.mailbox_id)
    set_mail_access(alice, bob, all=False)
    page = signed_in(bob).get(reverse("notices")).content.decode()
    assert not [word for word in ("Our offer", "sales@acme.example", "mailbox is full") if word in page]


@pytest.mark.rule("M94")
def test_letters_of_a_mailing_do_not_fill_the_bell(
    alice: Membership, in_account: Account, make_mailbox: MakeMailbox
) -> None:
    mailbox = make_mailbox("news@acme.example", owner=alice)
    mailing = Mailing.objects.create(name="News", author=alice)
    due = timezone.now()
    mail = OutgoingMail.objects.create(mailbox=mailbox, author=alice, mailing=mailing, state="failed", due_at=due)
    tell_author(mail, FAILED)
    assert not Notice.objects.filter(kind=FAILED).exists()


def test_a_letter_is_named_by_the_labels_of_its_fields(
    signed_in: SignIn, bob: Membership, in_account: Account, make_mailbox: MakeMailbox
) -> None:
    facts = {"mailbox": make_mailbox("bob@acme.example", owner=bob), "author": bob, "due_at": timezone.now()}
    mail = OutgoingMail.objects.create(**facts, subject="News for {{ contact.first_name }}", state="failed")
    tell_author(mail, FAILED)
    assert "“News for First name” was not sent" in signed_in(bob).get(reverse("notices")).content.decode()
