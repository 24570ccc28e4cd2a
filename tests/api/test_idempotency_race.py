"""Many at once with the same key: the database lets one through."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.models import Contact
from tests.api.client import ApiClient

WORKERS = 6


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_acts(alice: Membership) -> None:
    clients = [ApiClient(alice) for _ in range(WORKERS)]
    together = Barrier(WORKERS)

    def send(api: ApiClient) -> int:
        together.wait(timeout=30)
        try:
            return api.post("contacts/", {"first_name": "Dana"}, Idempotency_Key="k").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        statuses = list(pool.map(send, clients))
    with tenant(alice.account_id):
        assert Contact.objects.count() == 1
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
