"""The outbox: what is not delivered, why, and what a person can do. Seen by those who see the mailbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, Membership
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail, OutgoingRecipient
from tests.conftest import MakeMailbox
from web.views import outbox

SignIn = Callable[[Membership], Client]
State = OutgoingMail.State
TWICE = "The recipient may get it twice."


@pytest.fixture
def private(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    """Alice's own mailbox: Bob does not see it."""
    return make_mailbox("alice@acme.example", owner=alice)


def stuck(mailbox: Mailbox, author: Membership, **changes: Any) -> OutgoingMail:
    facts: dict[str, Any] = {"state": State.FAILED, "error_code": "quota", "error_detail": "552 5.2.2 full"}
    facts |= {"subject": "Our offer", "due_at": timezone.now()}
    mail = OutgoingMail.objects.create(
        mailbox=mailbox,
        author=author,
        message_id_header=f"{OutgoingMail.objects.count()}@acme.example",
        **{**facts, **changes},
    )
    OutgoingRecipient.objects.create(mail=mail, kind="to", position=0, address="ann@client.example", name="Ann")
    return mail


def shown(client: Client, url: str = "/mail/outbox/") -> str:
    return client.get(url).content.decode()


@pytest.mark.rule("M90", "M94")
def test_a_failed_letter_says_why_what_to_do_and_what_the_server_said(
    signed_in: SignIn, private: Mailbox, alice: Membership
) -> None:
    mail = stuck(private, alice)
    page = shown(signed_in(alice))
    for words in ("Our offer", "Ann", "Not sent", "mailbox is full", "Send it again later", "552 5.2.2 full"):
        assert words in page
    assert f"/mail/outbox/{mail.pk}/retry/" in page
    assert TWICE not in page


def test_an_unknown_outcome_is_sent_again_with_a_warning(
    signed_in: SignIn, private: Mailbox, alice: Membership
) -> None:
    mail = stuck(private, alice, state=State.UNKNOWN, error_code="unknown")
    client = signed_in(alice)
    assert TWICE in shown(client)
    client.post(f"/mail/outbox/{mail.pk}/retry/")
    mail.refresh_from_db()
    assert mail.state == State.QUEUED


@pytest.mark.parametrize("state", [State.QUEUED, State.RETRY, State.HELD])
def test_what_has_not_gone_out_can_be_canceled(
    signed_in: SignIn, private: Mailbox, alice: Membership, state: State
) -> None:
    mail = stuck(private, alice, state=state, error_code="")
    client = signed_in(alice)
    assert f"/mail/outbox/{mail.pk}/cancel/" in shown(client)
    assert "mail-changed" in client.post(f"/mail/outbox/{mail.pk}/cancel/")["HX-Trigger"]
    assert "Our offer" not in shown(client)


def test_a_held_letter_leads_to_the_password(signed_in: SignIn, private: Mailbox, alice: Membership) -> None:
    stuck(private, alice, state=State.HELD, error_code="auth")
    assert f"/settings/mailboxes/{private.pk}/" in shown(signed_in(alice))


def test_what_is_delivered_or_taken_back_is_not_in_it(signed_in: SignIn, private: Mailbox, alice: Membership) -> None:
    for state in (State.SENT, State.CANCELED):
        stuck(private, alice, state=state, subject="Gone")
    page = shown(signed_in(alice))
    assert "Gone" not in page
    assert "Everything is sent" in page


def test_the_folder_counts_what_needs_a_person(signed_in: SignIn, private: Mailbox, alice: Membership) -> None:
    for state in (State.FAILED, State.UNKNOWN, State.HELD, State.QUEUED, State.RETRY):
        stuck(private, alice, state=state)
    assert '<b class="bad">3<span class="sr"> need you' in shown(signed_in(alice), "/mail/inbox/")


def test_one_mailbox_alone(signed_in: SignIn, private: Mailbox, alice: Membership, make_mailbox: MakeMailbox) -> None:
    stuck(private, alice, subject="Mine")
    stuck(make_mailbox("sales@acme.example", account_of=alice), alice, subject="Ours")
    page = shown(signed_in(alice), f"/mail/outbox/?mailbox={private.pk}")
    assert ("Mine" in page, "Ours" in page, "Outbox · alice@acme.example" in page) == (True, False, True)


def test_pages_stay_joined_when_news_draw_one_anew(
    signed_in: SignIn, private: Mailbox, alice: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "PAGE", 2)
    for number in range(3):
        stuck(private, alice, subject=f"Letter {number}")
    client = signed_in(alice)
    first = client.get("/mail/outbox/")
    stuck(private, alice, subject="Letter 3")
    again = shown(client, first.context["again_url"])
    assert [f"Letter {number}" in again for number in range(4)] == [False, True, True, True]
    rest = shown(client, first.context["next_url"])
    assert [f"Letter {number}" in rest for number in range(4)] == [True, False, False, False]


def test_more_letters_cost_no_more_queries(
    signed_in: SignIn, private: Mailbox, alice: Membership, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(alice)
    stuck(private, alice)
    with CaptureQueriesContext(connection) as few:
        shown(client)
    for _number in range(5):
        stuck(private, alice)
    with django_assert_max_num_queries(len(few)):
        shown(client)


@pytest.mark.rule("G11")
def test_colleagues_and_strangers_neither_see_nor_stop_letters_of_a_private_mailbox(
    signed_in: SignIn, private: Mailbox, alice: Membership, bob: Membership, charlie: Membership
) -> None:
    mail = stuck(private, alice, state=State.QUEUED)
    for other in (bob, charlie):
        client = signed_in(other)
        assert "Our offer" not in shown(client)
        assert client.get(f"/mail/outbox/?mailbox={private.pk}").status_code == 404
        assert client.post(f"/mail/outbox/{mail.pk}/cancel/").status_code == 404
        assert client.post(f"/mail/outbox/{mail.pk}/retry/").status_code == 404
    mail.refresh_from_db()
    assert mail.state == State.QUEUED
