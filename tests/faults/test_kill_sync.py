"""kill -9 at every step of a visit, then another process goes on: 0 lost, 0 doubled, and after that nothing to write.

Real processes die on a real Dovecot's mailbox; what is here then is compared with what the server has.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path

import pytest

from tests.faults.conftest import MakeOffice, Office
from tests.faults.visitors import PROJECT, Visitors
from tests.servers.maildir import flip_uidvalidity
from threads.models import Message

pytestmark = [pytest.mark.dovecot, pytest.mark.flow]

POINTS = [f"Y{number}" for number in range(1, 13)]
ROOMS = ("mailkit", "mailboxes", "threads", "sync")
INBOX, SENT, MORE = 10, 4, 4  # letters; a batch of a visitor is of three


def import_first(office: Office, numbers: Iterator[int]) -> None:
    """Two folders, and nobody has been here yet."""
    office.fill(islice(numbers, INBOX))
    office.fill(islice(numbers, SENT), "Sent")


def bring_new_mail(office: Office, numbers: Iterator[int]) -> None:
    """Letters came, one went, and one was read."""
    *_others, read, gone = office.served()["inbox"]
    office.fill(islice(numbers, MORE))
    office.fill(islice(numbers, MORE), "Sent")
    office.server.expunge(office.user, gone)
    office.server.set_flags(office.user, read, "\\Seen")


def lose_uids(office: Office, numbers: Iterator[int]) -> None:
    """The server rebuilt the Inbox: all UIDs are other ones, and two letters came meanwhile."""
    flip_uidvalidity(office.server, office.user)
    office.fill(islice(numbers, 2))


Story = Callable[[Office, Iterator[int]], None]
STORIES: dict[str, Story] = {"first import": import_first, "new mail": bring_new_mail, "new UIDs": lose_uids}


@pytest.mark.rule("G13")
@pytest.mark.parametrize("story", STORIES)
def test_dying_anywhere_loses_nothing_and_doubles_nothing(
    make_office: MakeOffice, visitors: Visitors, tmp_path: Path, story: str
) -> None:
    numbers = count()
    office = make_office()

    def happen() -> Office:
        """What there is to do for the next visit: of a mailbox connected just now, or of the one we have."""
        if story == "first import":
            fresh = make_office()
            import_first(fresh, numbers)
            return fresh
        STORIES[story](office, numbers)
        return office

    import_first(office, numbers)
    assert office.visit_elsewhere(visitors).end == "done"
    log = tmp_path / "hits"
    assert happen().visit_elsewhere(visitors, f"count:{log}").end == "done"
    hits = Counter(log.read_text().split())
    assert set(POINTS) <= set(hits), "a point that is not passed is not tested"
    for point in POINTS:
        for number in sorted({1, (hits[point] + 1) // 2}):
            visited = happen()
            assert visited.visit_elsewhere(visitors, f"{point}:{number}:kill").end == "killed"
            assert visited.visit_elsewhere(visitors).end == "done", f"after {point}:{number}"
            visited.assert_settled()


@pytest.mark.rule("G13")
def test_dying_again_and_again_loses_nothing(office: Office, visitors: Visitors) -> None:
    """Each process gets a little further; from the third on they are careful, and read one letter at a time."""
    import_first(office, count())
    for point in ("Y5:1", "Y7:2", "Y10:2"):
        assert office.visit_elsewhere(visitors, f"{point}:kill").end == "killed"
    assert office.visit_elsewhere(visitors).end == "done"
    office.assert_settled()
    assert Message.objects.count() == INBOX + SENT


def test_every_failpoint_of_the_code_is_one_of_these() -> None:
    """Else a new one would be tested by nobody."""
    sources = [path.read_text(encoding="utf-8") for room in ROOMS for path in (PROJECT / room).rglob("*.py")]
    marked = {name for source in sources for name in re.findall(r'failpoint\("(Y\d+)"\)', source)}
    assert marked == set(POINTS)
