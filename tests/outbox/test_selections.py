"""Whom a mailing goes to is never more than was asked for."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from mailboxes.models import Mailbox
from outbox.errors import LetterRefused
from outbox.mailing_recipients import Selection
from outbox.mailings import create_mailing
from outbox.models import Mailing
from tests.outbox.mailing_world import news, people


@pytest.mark.rule("M10")
def test_a_filter_that_is_too_long_is_refused_not_cut(alice: Membership, sales: Mailbox) -> None:
    people(3)
    query = f"{'&'.join(f'field_{number}=' for number in range(400))}&tag=nobody"
    with pytest.raises(LetterRefused):
        create_mailing(alice, Selection("contact", query=query), news(sales))
    assert not Mailing.objects.exists()
