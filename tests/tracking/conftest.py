"""The tests' own statements are in Alice's account."""

from __future__ import annotations

import pytest

from accounts.models import Account


@pytest.fixture(autouse=True)
def scope(in_account: Account) -> None:
    """See tests/conftest.py."""
