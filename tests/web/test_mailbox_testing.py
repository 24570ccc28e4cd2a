"""Settings, a mailbox, "Test now": its servers are asked with the stored sign-in, and what works is not held up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from mailboxes.health import note_smtp_refused
from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import store_secret
from mailkit.errors import LoginRefused
from mailkit.types import Secret
from outbox.delivery import deliver, list_mailboxes_with_work
from outbox.models import OutgoingMail
from outbox.requests import LetterRequest
from outbox.services import queue_letter
from tests.conftest import MakeMailbox
from tests.servers.pymap_server import PymapServer
from tests.servers.smtp_sink import SmtpSink

SignIn = Callable[[Membership], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def bobs(
    bob: Membership,
    in_account: Account,
    pymap_server: PymapServer,
    smtp_sink: SmtpSink,
    make_mailbox: MakeMailbox,
) -> Mailbox:
    user = pymap_server.new_user()
    mailbox = make_mailbox(user, owner=bob)
    mailbox.imap_port, mailbox.imap_security, mailbox.imap_username = pymap_server.port, "none", user
    mailbox.smtp_port, mailbox.smtp_security, mailbox.smtp_username = smtp_sink.port, "none", smtp_sink.user
    mailbox.save()
    store_secret(mailbox, Credential.Field.IMAP_PASSWORD, Secret(pymap_server.password))
    store_secret(mailbox, Credential.Field.SMTP_PASSWORD, Secret(smtp_sink.password))
    return mailbox


def answer_of(client: Client, mailbox: Mailbox) -> str:
    answer = client.post(reverse("mailbox_test", args=[mailbox.pk]), headers=HTMX)
    assert answer.status_code == 200
    assert "live-mailbox" in answer["HX-Trigger"]
    return answer.content.decode()


@pytest.mark.rule("M04")
def test_what_works_again_lets_held_letters_go(signed_in: SignIn, bob: Membership, bobs: Mailbox) -> None:
    mail = queue_letter(bob, LetterRequest(bobs.pk, ["ann@client.example"], subject="Offer", text="Here it is."))
    note_smtp_refused(bobs, LoginRefused("no", code=535, reply="535 no"))
    deliver(bobs.pk)
    assert OutgoingMail.objects.get(pk=mail.pk).state == "held"
    assert not list_mailboxes_with_work()
    shown = answer_of(signed_in(bob), bobs)
    assert "It works" in shown
    assert "Outgoing mail (SMTP)" in shown
    bobs.refresh_from_db()
    assert (bobs.status, bobs.error_code) == ("green", "")
    assert list_mailboxes_with_work() == [(bobs.account_id, bobs.pk)]


@pytest.mark.rule("M04")
def test_what_is_read_again_is_visited_at_once(signed_in: SignIn, bob: Membership, bobs: Mailbox) -> None:
    Mailbox.objects.filter(pk=bobs.pk).update(
        state="needs_login", status="red", next_sync_at=None, error_code="imap_disabled"
    )
    assert "It works" in answer_of(signed_in(bob), bobs)
    bobs.refresh_from_db()
    assert bobs.next_sync_at is not None


@pytest.mark.rule("M04")
def test_what_only_sends_is_gray_again(signed_in: SignIn, bob: Membership, bobs: Mailbox) -> None:
    Mailbox.objects.filter(pk=bobs.pk).update(imap_host="", state="synced")
    note_smtp_refused(bobs, LoginRefused("no", code=535, reply="535 no"))
    shown = answer_of(signed_in(bob), bobs)
    assert "It works" in shown
    assert "IMAP" not in shown
    bobs.refresh_from_db()
    assert bobs.status == "gray"


@pytest.mark.rule("M04")
def test_a_refusal_is_shown_step_by_step_and_changes_nothing(signed_in: SignIn, bob: Membership, bobs: Mailbox) -> None:
    store_secret(bobs, Credential.Field.SMTP_PASSWORD, Secret("wrong-password-7"))
    note_smtp_refused(bobs, LoginRefused("no", code=535, reply="535 no"))
    client = signed_in(bob)
    shown = answer_of(client, bobs)
    assert "It does not work" in shown
    assert "What the server said" in shown
    assert "wrong-password-7" not in shown
    bobs.refresh_from_db()
    assert bobs.status == "red"
    page = client.post(reverse("mailbox_test", args=[bobs.pk])).content.decode()  # without JavaScript
    assert "It does not work" in page


def test_without_a_stored_sign_in_it_asks_for_one(signed_in: SignIn, bob: Membership, bobs: Mailbox) -> None:
    Credential.objects.all().delete()
    assert "Enter the password, or sign in" in answer_of(signed_in(bob), bobs)


@pytest.mark.rule("G11")
def test_only_who_manages_it_may(
    signed_in: SignIn, alice: Membership, bob: Membership, charlie: Membership, bobs: Mailbox
) -> None:
    url = reverse("mailbox_test", args=[bobs.pk])
    assert url in signed_in(bob).get(reverse("mailbox_status", args=[bobs.pk])).content.decode()
    for member in (alice, charlie):
        assert signed_in(member).post(url).status_code == 404
    Mailbox.objects.filter(pk=bobs.pk).update(kind="shared", owner=None)
    client = signed_in(bob)
    assert url not in client.get(reverse("mailbox_status", args=[bobs.pk])).content.decode()
    assert client.post(url).status_code == 404
