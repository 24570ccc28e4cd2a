"""The connection ends at any byte: in a tag, in a number, in the middle of a letter."""

from __future__ import annotations

import os
import random
import time
from itertools import count, islice

import pytest

from tests.faults.conftest import Office
from tests.faults.cutproxy import CutProxy, Way
from tests.faults.faults import Fault, cut_after, cut_in_literal, in_segments, throttled

pytestmark = pytest.mark.dovecot

CUTS = 50


@pytest.fixture
def seed() -> int:
    """FAULT_SEED of a run that failed runs it again."""
    seed = int(os.environ.get("FAULT_SEED", time.time_ns()))
    print(f"FAULT_SEED={seed}")  # noqa: T201  (pytest shows it when the test fails)
    return seed


def test_a_connection_cut_at_any_byte_loses_nothing(db: None, office: Office, proxy: CutProxy, seed: int) -> None:
    choose = random.Random(seed)  # noqa: S311
    numbers = count()
    office.use_port(proxy.port)

    def bring_news_and_visit() -> None:
        office.fill(islice(numbers, 2))
        office.fill(islice(numbers, 1), "Sent")
        office.visit()

    bring_news_and_visit()
    bring_news_and_visit()
    sizes = {way: len(data) for way, data in proxy.seen.items()}
    for _ in range(CUTS):
        way = choose.choice([Way.UP, Way.DOWN, Way.DOWN])
        proxy.break_next(way, cut_after(choose.randrange(sizes[way]), reset=choose.random() < 0.5))
        bring_news_and_visit()
        assert office.mailbox.error_code in ("", "no_connection")
        office.visit()
        assert office.mailbox.failure_count == 0
    assert proxy.broken > 0.9 * CUTS, "nearly all: a farewell need not be heard"
    office.assert_settled()


@pytest.mark.parametrize("reset", [False, True], ids=["fin", "rst"])
def test_half_a_letter_is_no_letter(db: None, office: Office, proxy: CutProxy, *, reset: bool) -> None:
    office.fill(range(4))
    office.use_port(proxy.port)
    proxy.break_next(Way.DOWN, cut_in_literal(3, reset=reset))
    office.visit()
    office.assert_network_fault()
    office.visit()
    office.assert_settled()


@pytest.mark.parametrize("fault", [in_segments(1), throttled(200_000)], ids=["byte by byte", "slowly"])
@pytest.mark.parametrize("way", Way)
def test_a_poor_line_brings_everything(db: None, office: Office, proxy: CutProxy, way: Way, fault: Fault) -> None:
    office.fill(range(4))
    office.fill(range(10, 12), "Sent")
    office.use_port(proxy.port)
    proxy.break_next(way, fault)
    office.visit()
    office.assert_settled()
