"""PostgreSQL hangs up in the middle of a visit, as when it restarts: no half batch, and the next visit completes.

The connection is ended by the server (pg_terminate_backend) while the visit stands still at the named place.
"""

from __future__ import annotations

import pytest
from django.db import connection

from tests.faults.conftest import Office
from tests.faults.visitor_process import BATCH_LETTERS
from tests.faults.visitors import NAME, Visited, Visitors
from threads.models import FolderEntry, Message, MessageBody

pytestmark = [pytest.mark.dovecot, pytest.mark.flow]

TERMINATE = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = %s AND datname = %s"
# How many batches are here when the first, or the third, is interrupted.
COMMITTED = {"Y4:1": 0, "Y6:1": 0, "Y7:1": 0, "Y11:1": 0, "Y8:1": 0, "Y9:1": 0, "Y10:1": 1, "Y9:3": 2, "Y6:8": 2}


def hang_up_on_visitors() -> int:
    with connection.cursor() as cursor:
        cursor.execute(TERMINATE, [NAME, connection.settings_dict["NAME"]])
        return len(cursor.fetchall())


@pytest.mark.parametrize("place", COMMITTED)
def test_a_batch_is_here_as_a_whole_or_not_at_all(office: Office, visitors: Visitors, place: str) -> None:
    office.fill(range(3 * BATCH_LETTERS))
    visited = office.visit_elsewhere(visitors, f"{place}:stop")
    assert visited.end == "stopped"
    assert hang_up_on_visitors() == 1
    assert visitors.go_on(visited) == Visited(visited.pid, "broke")
    count = COMMITTED[place] * BATCH_LETTERS
    assert Message.objects.count() == MessageBody.objects.count() == count
    assert FolderEntry.objects.filter(outcome="imported").count() == count
    office.mailbox.refresh_from_db()
    assert office.mailbox.import_done == count
    assert office.visit_elsewhere(visitors).end == "done"
    office.assert_settled()
