"""Scheduled letters: when they go, writing on, sending now; seen by those who see the mailbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from tests.web.test_outbox import SignIn, private, shown, stuck
from web.views import scheduled

__all__ = ["private"]  # a fixture
State = OutgoingMail.State
Later = Callable[..., OutgoingMail]


@pytest.fixture
def later(private: Mailbox, alice: Membership) -> Later:
    """Alice's, for tomorrow."""

    def make(subject: str = "Our offer", *, days: int = 1) -> OutgoingMail:
        return stuck(
            private,
            alice,
            subject=subject,
            state=State.QUEUED,
            error_code="",
            error_detail="",
            due_at=timezone.now() + timedelta(days=days),
        )

    return make


def page_of(client: Client) -> str:
    return shown(client, "/mail/scheduled/")


@pytest.mark.rule("M20")
def test_it_stands_in_scheduled_with_its_time_and_not_in_the_outbox(
    signed_in: SignIn, later: Later, alice: Membership
) -> None:
    mail = later()
    client = signed_in(alice)
    page = page_of(client)
    for words in ("Our offer", "It goes out", f"/mail/outbox/{mail.pk}/undo/", f"/mail/scheduled/{mail.pk}/send/"):
        assert words in page
    assert "Our offer" not in shown(client)
    assert "to be sent later" in shown(client, "/mail/inbox/")


@pytest.mark.rule("M20")
def test_it_is_sent_now(signed_in: SignIn, later: Later, alice: Membership) -> None:
    mail = later()
    client = signed_in(alice)
    assert "mail-changed" in client.post(f"/mail/scheduled/{mail.pk}/send/")["HX-Trigger"]
    mail.refresh_from_db()
    assert mail.due_at <= timezone.now()
    assert "Our offer" in shown(client)
    assert "Nothing is scheduled" in page_of(client)


def test_too_late_is_said(signed_in: SignIn, later: Later, alice: Membership) -> None:
    mail = later()
    OutgoingMail.objects.update(state=State.SENT)
    assert "too late" in signed_in(alice).post(f"/mail/scheduled/{mail.pk}/send/")["HX-Trigger"]


def test_only_its_author_writes_on(signed_in: SignIn, later: Later, alice: Membership, bob: Membership) -> None:
    mail = later()
    OutgoingMail.objects.update(author=bob)
    assert f"/mail/outbox/{mail.pk}/undo/" not in page_of(signed_in(alice))


def test_the_next_one_stands_first_and_pages_join(
    signed_in: SignIn, later: Later, alice: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduled, "PAGE", 2)
    for days in (3, 1, 2):
        later(f"Letter {days}", days=days)
    client = signed_in(alice)
    first = client.get("/mail/scheduled/")
    page = first.content.decode()
    assert page.index("Letter 1") < page.index("Letter 2")
    assert "Letter 3" not in page
    again, rest = (shown(client, first.context[name]) for name in ("again_url", "next_url"))
    assert [f"Letter {number}" in again for number in (1, 2, 3)] == [True, True, False]
    assert [f"Letter {number}" in rest for number in (1, 2, 3)] == [False, False, True]


def test_colleagues_and_strangers_see_nothing_of_it(
    signed_in: SignIn, later: Later, bob: Membership, charlie: Membership
) -> None:
    mail = later()
    for other in (bob, charlie):
        client = signed_in(other)
        assert "Our offer" not in page_of(client)
        assert client.post(f"/mail/scheduled/{mail.pk}/send/").status_code == 404
