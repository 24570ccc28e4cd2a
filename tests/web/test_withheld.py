"""Below Deleted: letters of personal mailboxes, as administrators see them (K63)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from tests.conftest import MakeMailbox
from tests.threads.builders import Mail, Post
from threads.models import Message
from threads.services import delete_messages
from web.views import withheld

SignIn = Callable[[Membership], Client]
pytestmark = [pytest.mark.usefixtures("in_account"), pytest.mark.rule("K63")]


@pytest.fixture
def letters(bob: Membership, make_mailbox: MakeMailbox) -> list[int]:
    """Bob deleted three of his own."""
    post = Post(make_mailbox("bob@acme.example", owner=bob))
    found = list(post.file(*(Mail(f"Salary {number}") for number in range(3))).new_message_ids)
    for each in found:
        delete_messages(bob, [each])
    return found


def test_they_are_counted_and_given_back(signed_in: SignIn, alice: Membership, letters: list[int]) -> None:
    client = signed_in(alice)
    assert reverse("mail_withheld") in client.get("/mail/deleted/").content.decode()
    shown = client.get(reverse("mail_withheld")).content.decode()
    assert "3 letters deleted in personal mailboxes" in shown
    assert shown.count("Bob Baker</span>") == 3
    assert "Salary" not in shown
    answer = client.post(reverse("withheld_restore", args=[letters[0]]))
    assert "mail-changed" in answer["HX-Trigger"]
    assert Message.objects.get(pk=letters[0]).deleted_at is None
    assert "2 letters" in client.get(reverse("mail_withheld"), {"open": "1"}).content.decode()


def test_they_come_page_by_page(
    signed_in: SignIn, alice: Membership, letters: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(withheld, "PAGE", 2)
    client = signed_in(alice)
    first = client.get(reverse("mail_withheld")).content.decode()
    following = first.split('hx-get="')[1].split('"')[0]
    rest = client.get(following).content.decode()
    assert (first.count("<li>"), rest.count("<li>")) == (2, 1)
    assert "<details" not in rest


def test_nothing_is_drawn_where_there_are_none(signed_in: SignIn, charlie: Membership, letters: list[int]) -> None:
    assert signed_in(charlie).get(reverse("mail_withheld")).content.strip() == b""


def test_others_are_refused(signed_in: SignIn, bob: Membership, letters: list[int]) -> None:
    client = signed_in(bob)
    assert client.get(reverse("mail_withheld")).status_code == 403
    assert client.post(reverse("withheld_restore", args=letters[:1])).status_code == 403
    assert client.get("/mail/deleted/").status_code == 404


def test_the_switch_shows_owners_their_own_deleted(
    signed_in: SignIn, alice: Membership, bob: Membership, letters: list[int]
) -> None:
    page = signed_in(alice).get(reverse("account")).content.decode()
    assert "restored for 30 days" in page
    values = {"name": "Acme", "language": "en", "timezone": "UTC", "collecting_limit": "10"}
    signed_in(alice).post(reverse("account"), {**values, "owners_see_deleted": "on"})
    assert Account.objects.get(slug="acme").owners_see_deleted
    shown = signed_in(bob).get("/mail/deleted/")
    assert shown.status_code == 200
    assert "Salary" in shown.content.decode()
    assert reverse("mail_withheld") not in shown.content.decode()
