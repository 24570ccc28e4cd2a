"""Servers that say odd things, each of which somebody has met: a real Dovecot whose answers are rewritten on the way.

What is odd but right changes nothing; what is wrong ends the visit, and the next one brings everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count, islice

import pytest

from mailboxes.models import Mailbox
from tests.faults.conftest import Office
from tests.faults.cutproxy import CutProxy, Way
from tests.faults.faults import Replaced
from tests.faults.oracle import assert_agrees

pytestmark = pytest.mark.dovecot

NONSENSE = b"* 3 FROBNICATED (A (B) C)\r\n"
TAGGED = rb"^(\w+) OK"
# Lines of the server by which a visit with news passes; `\1` is what the first group has found.
RIGHT: dict[str, tuple[bytes, bytes]] = {
    "UIDs doubled and unsorted": (rb"^\* SEARCH (\d+)(.*)\r\n", rb"* SEARCH\2 \1 \1\2\r\n"),
    "n:* answers the last old letter too": (rb"^\* SEARCH( [\d ]+)\r\n", rb"* SEARCH 1\1\r\n"),
    "news of letters nobody asked about": (TAGGED, rb"* 1 FETCH (FLAGS (\\Seen))\r\n\1 OK"),
    "news of letters by UID": (TAGGED, rb"* 2 FETCH (UID 2 FLAGS (\\Answered))\r\n\1 OK"),
    "the number of letters again": (TAGGED, rb"* 99 EXISTS\r\n* 1 RECENT\r\n\1 OK"),
    "words that we do not know": (TAGGED, NONSENSE + rb"\1 OK"),
    "answers in small letters": (rb"^\* SEARCH", b"* search"),
    "no numbers of changes": (rb" HIGHESTMODSEQ \d+", b""),
}
WRONG: dict[str, tuple[bytes, bytes]] = {
    "BAD": (rb"^(\w+) OK Fetch.*\r\n", rb"\1 BAD Internal error\r\n"),
    "NO": (rb"^(\w+) OK (?:\[READ-ONLY\] )?(?:Examine|Select|Search|Status).*\r\n", rb"\1 NO Not now\r\n"),
    "garbage for an answer": (rb"^\* SEARCH.*\r\n", b"* SEARCH 1 two (3\r\n"),
    "garbage for a line": (rb"^\* STATUS.*\r\n", b"\x00\xff\xfe{[(\r\n"),
    "a literal of 4 GB": (rb"(BODY\[\] )\{\d+\}", rb"\1{4294967296}"),
    "a literal that is no number": (rb"(BODY\[\] )\{\d+\}", rb"\1{many}"),
    "another UIDVALIDITY at each look": (rb"UIDVALIDITY \d+\] UIDs", b"UIDVALIDITY 4711] UIDs"),
    "no UIDVALIDITY": (rb"UIDVALIDITY \d+ ?", b""),
    "an EXAMINE that fails though STATUS went well": (
        rb"^(\w+) OK \[READ-ONLY\].*\r\n",
        rb"\1 NO [NONEXISTENT] Gone\r\n",
    ),
    "farewell in the middle": (rb"^(\w+) OK Fetch.*\r\n", b"* BYE Shutting down\r\n"),
}


@dataclass
class Story:
    """A settled mailbox behind a proxy, and news in it."""

    office: Office
    proxy: CutProxy

    def __post_init__(self) -> None:
        self._numbers = count()
        self.bring_news()
        self.office.visit()
        self.office.use_port(self.proxy.port)

    def bring_news(self) -> None:
        self.office.fill(islice(self._numbers, 3))
        self.office.fill(islice(self._numbers, 2), "Sent")

    def visit_oddly(self, line: bytes, by: bytes) -> None:
        """The next connection has lines of the server rewritten."""
        rewritten = Replaced(line, by)
        self.proxy.break_next(Way.DOWN, rewritten)
        self.office.visit()
        assert rewritten.count, "the odd thing was never said"


@pytest.fixture
def story(db: None, office: Office, proxy: CutProxy) -> Story:
    story = Story(office, proxy)
    story.bring_news()
    return story


@pytest.mark.parametrize("what", RIGHT)
def test_what_is_odd_but_right_changes_nothing(story: Story, what: str) -> None:
    story.visit_oddly(*RIGHT[what])
    assert story.office.mailbox.failure_count == 0
    story.office.visit()  # flags that were made up are corrected by what the server says next
    assert_agrees(story.office.mailbox, story.office.served())


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_ends_the_visit_and_the_next_brings_everything(story: Story, what: str) -> None:
    story.visit_oddly(*WRONG[what])
    assert story.office.mailbox.failure_count == 1
    assert story.office.mailbox.error_code not in ("", "login_refused")
    assert story.office.mailbox.state != Mailbox.State.NEEDS_LOGIN
    assert story.office.mailbox.next_sync_at is not None
    story.office.visit()
    assert story.office.mailbox.failure_count == 0
    story.office.assert_settled()
