from __future__ import annotations

import pytest

from accounts.models import Account, Membership
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Post


@pytest.fixture
def post(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Post:
    """A shared mailbox of Acme; the test is in the scope of Acme."""
    return Post(make_mailbox(SALES, account_of=alice))
