"""A pipeline, and a mailbox that letters of rules go out from."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import Account, Membership
from crm.models import Stage
from crm.pipelines import create_pipeline
from mailboxes.models import Mailbox


@pytest.fixture
def stages(in_account: Account) -> list[Stage]:
    """New, Qualified, Offer sent, Won, Lost."""
    return list(create_pipeline("Sales").stages.order_by("position"))


@pytest.fixture
def sales(in_account: Account, alice: Membership, make_mailbox: Callable[..., Mailbox]) -> Mailbox:
    """The account's default."""
    mailbox = make_mailbox("sales@acme.example", account_of=alice)
    mailbox.is_account_default = True
    mailbox.save(update_fields=["is_account_default"])
    return mailbox
