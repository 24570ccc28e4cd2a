"""Failpoints do nothing unless a test says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mailkit.failpoints import FailpointReached, failpoint

HITS = """
from mailkit.failpoints import failpoint
for name in ("Y1", "Y2", "Y1", "Y2"):
    failpoint(name)
    print(name, flush=True)
"""


def run(plan: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-c", HITS], env={"FAILPOINT": plan}, cwd=root, capture_output=True, text=True
    )


def test_without_a_plan_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAILPOINT", raising=False)
    failpoint("Y1")


def test_the_process_dies_at_the_hit_that_was_named() -> None:
    died = run("Y1:2:kill")
    assert (died.returncode, died.stdout.split()) == (-9, ["Y1", "Y2"])


def test_it_raises_what_no_code_handles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILPOINT", "only-here:1:raise")
    failpoint("elsewhere")
    with pytest.raises(FailpointReached):
        failpoint("only-here")
    failpoint("only-here")  # the second hit is not the first


def test_counting_lists_the_places(tmp_path: Path) -> None:
    run(f"count:{tmp_path / 'hits'}")
    assert (tmp_path / "hits").read_text().split() == ["Y1", "Y2", "Y1", "Y2"]
