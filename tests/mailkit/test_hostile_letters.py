"""Letters made to hurt: every one is read or refused, within its limits, and the process that reads goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mailkit.reading_child import CPU_SECONDS


@pytest.mark.rule("G14")
def test_none_of_them_stops_the_reader(capsys: pytest.CaptureFixture[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.mailkit.hostile_letters"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    found = json.loads(done.stdout)
    with capsys.disabled():
        sys.stdout.write(f"\n{found['kinds']} kinds, {found['letters']} hostile letters: {found['outcomes']}\n")
    refused = {outcome: count for outcome, count in found["outcomes"].items() if outcome != "read"}
    assert found["kinds"] >= 60
    assert found["letters"] >= 600
    assert all("too_slow" in outcome for outcome in refused)  # on a slow machine; none was too much for the reader
    assert sum(refused.values()) < found["letters"] / 100
    assert found["slowest_in_process"][1] < CPU_SECONDS
    assert found["megabytes"] < 512
    assert not done.stderr
