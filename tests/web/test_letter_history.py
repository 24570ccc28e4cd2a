"""The history of all letters of the mailboxes that one sees, with their states (M96)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account, Membership
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from tests.conftest import MakeMailbox
from tests.threads.builders import Mail, Post
from tests.web.test_outbox import shown, stuck
from threads.models import Message
from threads.services import delete_messages
from web.views import outbox

pytestmark = pytest.mark.rule("M96")
SignIn = Callable[[Membership], Client]
State = OutgoingMail.State
URL = "/mail/outbox/?queue="


@pytest.fixture
def private(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    """Alice's own mailbox: Bob does not see it."""
    return make_mailbox("alice@acme.example", owner=alice)


@pytest.fixture
def letters(private: Mailbox, alice: Membership) -> None:
    for state in (State.SENT, State.CANCELED, State.FAILED, State.QUEUED):
        stuck(private, alice, state=state, error_code="", subject=f"Letter {state.value}")


@pytest.mark.usefixtures("letters")
@pytest.mark.parametrize(
    ("part", "states"),
    [("sent", ["sent"]), ("canceled", ["canceled"]), ("all", ["queued", "failed", "canceled", "sent"])],
)
def test_each_part_newest_first(signed_in: SignIn, alice: Membership, part: str, states: list[str]) -> None:
    found = signed_in(alice).get(URL + part).context["deliveries"]
    assert [delivery.mail.state for delivery in found] == states


@pytest.mark.usefixtures("letters")
def test_it_goes_on_by_key(signed_in: SignIn, alice: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "PAGE", 3)
    client = signed_in(alice)
    rest = shown(client, client.get(f"{URL}all").context["next_url"])
    assert ("Letter sent" in rest, "Letter canceled" in rest) == (True, False)


def test_a_sent_letter_leads_to_its_conversation_while_it_is_there(
    signed_in: SignIn, private: Mailbox, alice: Membership
) -> None:
    Post(private).file(Mail("Offer"))
    message = Message.objects.get()
    stuck(private, alice, state=State.SENT, error_code="", message=message, thread=message.thread)
    client, link = signed_in(alice), f"/mail/sent/{message.thread_id}/"
    assert link in shown(client, f"{URL}sent")
    delete_messages(alice, [message.pk])
    assert link not in shown(client, f"{URL}sent")


@pytest.mark.usefixtures("letters")
@pytest.mark.rule("G11")
def test_it_is_that_of_ones_own_mailboxes(signed_in: SignIn, bob: Membership, charlie: Membership) -> None:
    for other in (bob, charlie):
        page = shown(signed_in(other), f"{URL}all")
        assert "Letter sent" not in page
        assert "No letters here yet" in page


def test_nothing_more_is_done_to_what_is_over(signed_in: SignIn, private: Mailbox, alice: Membership) -> None:
    for state in (State.SENT, State.CANCELED):
        stuck(private, alice, state=state, error_code="", due_at=timezone.now())
    page = shown(signed_in(alice), f"{URL}all")
    assert "/retry/" not in page
    assert "/cancel/" not in page
