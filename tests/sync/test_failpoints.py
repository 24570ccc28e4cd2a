"""A worker that dies anywhere is followed by one that completes the visit: nothing lost, nothing doubled."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from mailboxes.models import Mailbox
from mailkit import failpoints
from mailkit.failpoints import FailpointReached
from tests.row_versions import row_versions
from tests.sync.conftest import Office
from threads.models import Message


@pytest.mark.parametrize("name", ["Y1", "Y3", "Y4", "Y5", "Y6", "Y7", "Y8", "Y9", "Y10", "Y11", "Y12"])
def test_a_visit_that_breaks_off_is_completed_by_the_next(
    office: Office, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 5):
        office.deliver(number)
    office.deliver(100, "Sent")
    monkeypatch.setattr(failpoints, "_hits", Counter())
    monkeypatch.setenv("FAILPOINT", f"{name}:1:raise")
    with pytest.raises(FailpointReached):
        office.visit()
    Mailbox.objects.filter(lease_until__isnull=False).update(lease_until=timezone.now() - timedelta(seconds=1))
    office.visit()
    office.visit()
    assert Message.objects.count() == 5
    assert office.mailbox.import_done == office.mailbox.import_total == 5
    assert office.mailbox.state == Mailbox.State.SYNCED
    before = row_versions()
    office.visit()
    assert row_versions() == before
