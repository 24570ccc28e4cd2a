"""An administrator who reads a personal mailbox that its owner shared stands in the audit log, once a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Membership
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, json_of
from tests.conftest import MakeMailbox
from tests.threads.builders import Mail, Post
from tests.threads.ledgers import set_aside
from threads.models import Message

pytestmark = [pytest.mark.usefixtures("in_account"), pytest.mark.rule("G12", "K24")]
SignIn = Callable[[Membership], Client]


@pytest.fixture
def bobs_own(bob: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    """With one letter; shared with the administrators."""
    made = make_mailbox("bob@acme.example", owner=bob)
    Mailbox.objects.filter(pk=made.pk).update(shared_with_admins=True)
    Post(made).file(Mail("Offer", to=made.address, text="lighthouse"))
    return made


def readers_of(mailbox: Mailbox) -> list[Membership | None]:
    return [event.actor for event in AuditEvent.objects.filter(action="mail.read", target_id=mailbox.pk)]


def test_opening_is_written_down_once_a_day_and_never_for_the_owner(
    signed_in: SignIn, alice: Membership, bob: Membership, bobs_own: Mailbox
) -> None:
    address = reverse("mail_thread", args=["inbox", Message.objects.get().thread_id])
    signed_in(bob).get(address)
    assert readers_of(bobs_own) == []
    for _time in range(2):
        signed_in(alice).get(address)
    assert readers_of(bobs_own) == [alice]
    AuditEvent.objects.update(created_at=timezone.now() - timedelta(days=1))
    signed_in(alice).get(address)
    assert readers_of(bobs_own) == [alice, alice]


@pytest.mark.parametrize("path", ["messages/", "search/?q=lighthouse", "messages/{message}/html/"])
def test_programs_are_no_way_around_it(alice: Membership, bobs_own: Mailbox, path: str) -> None:
    answer = ApiClient(alice).get(path.format(message=Message.objects.get().pk))
    assert answer.status_code == 200
    assert readers_of(bobs_own) == [alice]


@pytest.mark.rule("G14")
@pytest.mark.parametrize(
    "path",
    ["status/", "quarantine/{letter}/raw/", "why/?by=address&value=eve@broken.example"],
    ids=["list", "raw", "why"],
)
def test_what_could_not_be_filed_is_theirs_as_well(
    signed_in: SignIn, alice: Membership, bob: Membership, bobs_own: Mailbox, path: str
) -> None:
    letter = set_aside(bobs_own)
    address = f"/settings/mailboxes/{bobs_own.pk}/{path.format(letter=letter.pk)}"
    for member in (bob, alice):
        assert signed_in(member).get(address).status_code == 200
    assert readers_of(bobs_own) == [alice]


@pytest.mark.rule("G14")
@pytest.mark.parametrize("path", ["quarantine/", "quarantine/{letter}/raw/", "why/?address=eve@broken.example"])
def test_nor_is_it_got_by_programs_unseen(alice: Membership, bob: Membership, bobs_own: Mailbox, path: str) -> None:
    letter = set_aside(bobs_own)
    for member in (bob, alice):
        answer = ApiClient(member).get(f"mailboxes/{bobs_own.pk}/{path.format(letter=letter.pk)}")
        assert answer.status_code == 200
    assert readers_of(bobs_own) == [alice]


def test_how_the_mailbox_is_doing_is_no_reading(signed_in: SignIn, alice: Membership, bobs_own: Mailbox) -> None:
    assert signed_in(alice).get(reverse("mailbox_status", args=[bobs_own.pk])).status_code == 200
    assert readers_of(bobs_own) == []


def test_shared_mailboxes_are_everybodys(alice: Membership, make_mailbox: MakeMailbox) -> None:
    sales = make_mailbox("sales@acme.example", account_of=alice)
    Post(sales).file(Mail("Offer", to=sales.address))
    json_of(ApiClient(alice).get("messages/"))
    assert readers_of(sales) == []
