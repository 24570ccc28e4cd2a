"""A statement that sets something for itself carries the scope like any other, also outside of a transaction."""

from __future__ import annotations

import pytest
from django.db import connection

from accounts.models import Membership
from accounts.tenancy import NoTenantScope, tenant

COUNT = "SET LOCAL enable_seqscan = off; SELECT count(*) FROM accounts_membership"


def _count() -> int:
    with connection.cursor() as cursor:
        cursor.execute(COUNT)
        return int(cursor.fetchone()[0])


@pytest.mark.rule("G10")
@pytest.mark.django_db(transaction=True)
def test_a_setting_before_a_question_does_not_lose_the_account(alice: Membership, bob: Membership) -> None:
    with tenant(alice.account_id):
        assert _count() == 2
    with pytest.raises(NoTenantScope):
        _count()
