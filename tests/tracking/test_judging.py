"""Who looked at a letter: what gives machines away, and what people are known by (G07)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from tests.tracking.builders import FIREFOX
from tracking.judging import Letter, judge
from tracking.machines import read_table
from tracking.visits import Visit

DELIVERED = datetime(2026, 11, 22, 9, tzinfo=UTC)
NOON = DELIVERED + timedelta(hours=3)


def visit(seconds: float = 0, **facts: object) -> Visit:
    return Visit(**{"at": NOON + timedelta(seconds=seconds), "method": "GET", "user_agent": FIREFOX, **facts})  # type: ignore[arg-type]


def verdict(one: Visit, letter: Letter | None = None, *, is_bait: bool = False) -> tuple[str, str]:
    judged = judge(one, letter or Letter(DELIVERED, 3), is_bait=is_bait)
    return judged.verdict.value, judged.reason


@pytest.mark.rule("G07")
def test_a_browser_that_nothing_speaks_against_is_a_persons() -> None:
    assert verdict(visit()) == ("human", "browser")


@pytest.mark.rule("G07")
def test_what_the_table_does_not_know_is_unknown() -> None:
    assert verdict(visit(user_agent="Some program 1.0")) == ("unknown", "")


@pytest.mark.rule("G07")
@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (
            "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
            ("proxy", "gmail"),
        ),
        ("Mozilla/5.0", ("proxy", "apple-privacy")),
        ("YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html", ("proxy", "yahoo")),
        ("SeznamEmailProxy/3.0.1 (http://napoveda.seznam.cz/en/email-proxy/)", ("proxy", "seznam")),
        ("Mozilla/5.0 (compatible; Barracuda Sentinel)", ("scanner", "mail-gateway")),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", ("scanner", "link-preview")),
        ("TelegramBot (like TwitterBot)", ("scanner", "link-preview")),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0", ("scanner", "robot")),
        ("python-requests/2.32", ("scanner", "library")),
        ("curl/8.5.0", ("scanner", "library")),
        ("", ("scanner", "no-name")),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
            ("human", "browser"),
        ),
        ("Mozilla/4.0 (compatible; ms-office; MSOffice 16)", ("human", "mail-program")),
    ],
)
def test_programs_are_known_by_their_names(user_agent: str, expected: tuple[str, str]) -> None:
    assert verdict(visit(user_agent=user_agent)) == expected


@pytest.mark.rule("G07")
def test_a_network_of_scanners_is_known_however_they_call_themselves() -> None:
    assert verdict(visit(ip="40.94.1.1")) == ("human", "browser")
    assert verdict(visit(ip="40.93.1.1")) == ("scanner", "exchange-online")
    assert verdict(visit(ip="2a01:111:f400::1")) == ("scanner", "exchange-online")
    assert verdict(visit(ip="66.249.84.7")) == ("proxy", "google-proxy")


@pytest.mark.rule("G07")
def test_head_and_prefetch_never_act() -> None:
    assert verdict(visit(method="HEAD")) == ("scanner", "method")
    assert verdict(visit(is_prefetch=True)) == ("proxy", "prefetch")
    assert verdict(visit(method="POST")) == ("human", "browser")


@pytest.mark.rule("G07")
@pytest.mark.parametrize(("seconds", "expected"), [(-1, "scanner"), (9.9, "scanner"), (10, "human")])
def test_nobody_reads_within_ten_seconds(seconds: float, expected: str) -> None:
    assert verdict(visit(), Letter(NOON - timedelta(seconds=seconds), 3))[0] == expected


@pytest.mark.rule("G07")
def test_without_a_time_of_delivery_the_rest_decides() -> None:
    assert verdict(visit(), Letter(None, 3)) == ("human", "browser")


@pytest.mark.rule("G07")
@pytest.mark.parametrize(
    ("link_count", "followed", "expected"), [(1, 1, "human"), (2, 2, "scanner"), (9, 2, "human"), (9, 3, "scanner")]
)
def test_all_links_at_once_are_no_hand(link_count: int, followed: int, expected: str) -> None:
    clicks = [(NOON + timedelta(seconds=number), number) for number in range(followed)]
    assert verdict(visit(), Letter(DELIVERED, link_count, clicks))[0] == expected


@pytest.mark.rule("G07")
def test_links_one_after_the_other_are() -> None:
    clicks = [(NOON + timedelta(seconds=4 * number), number) for number in range(3)]
    assert verdict(visit(), Letter(DELIVERED, 3, clicks)) == ("human", "browser")


@pytest.mark.rule("G07")
def test_who_follows_the_bait_and_what_was_seen_beside_it_is_a_machine() -> None:
    baits = [NOON + timedelta(seconds=15)]
    assert verdict(visit(), is_bait=True) == ("scanner", "bait")
    assert verdict(visit(), Letter(DELIVERED, 3, (), baits)) == ("scanner", "bait")
    assert verdict(visit(-3600), Letter(DELIVERED, 3, (), baits)) == ("human", "browser")


def test_the_table_can_be_read() -> None:
    table = read_table()
    assert len(table.agents) >= 10
    assert ip_network("17.0.0.0/8") in [network for network, _known in table.networks]
