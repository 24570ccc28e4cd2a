"""kill -9 while older mail is loaded, and letters that kill whoever reads them."""

from __future__ import annotations

from collections import Counter
from itertools import count, islice
from pathlib import Path

import pytest
from django.utils import timezone

from mailboxes.models import Mailbox
from sync.quarantine import retry_now
from tests.faults.conftest import MakeOffice, Office
from tests.faults.visitors import Visitors
from threads.models import FolderEntry, QuarantinedLetter

pytestmark = [pytest.mark.dovecot, pytest.mark.flow]

POINTS = ["Y6", "Y7", "Y8", "Y9", "Y10", "Y11"]
OLD, RECENT = 7, 2


def fill_with_history(office: Office) -> None:
    """Imported; what is older than that is wanted now."""
    numbers = count()
    for folder in ("INBOX", "Sent"):
        office.fill(islice(numbers, OLD), folder, days_ago=90)
        office.fill(islice(numbers, RECENT), folder)
    office.visit()
    assert office.mailbox.import_older == 2 * OLD
    Mailbox.objects.filter(pk=office.mailbox.pk).update(load_older=True, history_due_at=timezone.now())


@pytest.mark.rule("K10", "A04", "G13")
def test_dying_while_older_mail_is_loaded_loses_nothing(
    make_office: MakeOffice, visitors: Visitors, tmp_path: Path
) -> None:
    office = make_office()
    fill_with_history(office)
    log = tmp_path / "hits"
    assert office.visit_elsewhere(visitors, f"count:{log}").end == "done"
    office.assert_settled()
    hits = Counter(log.read_text().split())
    for point in POINTS:
        for number in (1, hits[point]):
            office = make_office()
            fill_with_history(office)
            assert office.visit_elsewhere(visitors, f"{point}:{number}:kill").end == "killed"
            assert office.visit_elsewhere(visitors).end == "done", f"after {point}:{number}"
            office.assert_settled()
            assert office.mailbox.import_older == 0


@pytest.mark.rule("G14")
def test_a_letter_that_kills_its_workers_is_set_aside_and_the_others_come(office: Office, visitors: Visitors) -> None:
    office.fill(range(6))
    for _ in range(3):
        assert office.visit_elsewhere(visitors, "Y6:1:kill").end == "killed"
    assert office.visit_elsewhere(visitors).end == "done"
    assert set(FolderEntry.objects.exclude(uid=6).values_list("outcome", flat=True)) == {"imported"}
    poison = QuarantinedLetter.objects.get()
    assert (poison.entry.uid, poison.reason) == (6, QuarantinedLetter.Reason.CRASHED)
    assert retry_now(poison.pk) is True
    office.assert_settled()
