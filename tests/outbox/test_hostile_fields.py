"""What people write between braces who mean harm, in a letter that is sent."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from mailboxes.models import Mailbox
from outbox.errors import LetterRefused
from outbox.models import OutgoingMail
from outbox.queueing import queue_letter
from outbox.requests import LetterRequest
from tests.conftest import MakeMailbox
from tests.letter_templates.hostile import BOMBS, injections
from tests.letter_templates.test_injection import LEAKED

pytestmark = pytest.mark.usefixtures("in_account")
HARMLESS = {"many outputs", "many strings"}  # as long as the machine is not busy


@pytest.fixture
def mailbox(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("alice@acme.example", owner=alice)


def queued(member: Membership, mailbox: Mailbox, source: str) -> OutgoingMail | None:
    """None when it was refused."""
    request = LetterRequest(
        mailbox_id=mailbox.pk, to=["ann@client.example"], subject="Hi", html=source, merge_fields=True
    )
    try:
        return queue_letter(member, request)
    except LetterRefused:
        return None


@pytest.mark.rule("K52")
def test_injections_are_not_queued_or_are_plain_text(alice: Membership, mailbox: Mailbox) -> None:
    letters = [queued(alice, mailbox, source) for source in injections()]
    assert len(letters) >= 150
    kept = [letter for letter in letters if letter]
    assert len(kept) < 10
    assert not [letter for letter in kept if LEAKED.search(letter.html)]


@pytest.mark.rule("K52")
@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_is_not_queued(alice: Membership, mailbox: Mailbox, kind: str) -> None:
    assert queued(alice, mailbox, BOMBS[kind]) is None or kind in HARMLESS
    assert queued(alice, mailbox, "<p>{{ user.name }}</p>")
