"""After a kill -9 only our own children are ended, never a process that happens to have the number now."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_mail.embedded.leftovers import end_leftovers, note_children, start_time


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


def test_a_noted_child_that_still_runs_is_ended(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    note_children(tmp_path / "children.json", [sleeper.pid])
    assert end_leftovers(tmp_path / "children.json") == [sleeper.pid]
    assert sleeper.wait(10) != 0
    assert not (tmp_path / "children.json").exists()


def test_a_foreign_process_with_a_noted_number_is_left_alone(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    file = tmp_path / "children.json"
    file.write_text(json.dumps({str(sleeper.pid): "another start"}))
    assert end_leftovers(file) == []
    assert sleeper.poll() is None


def test_a_child_that_has_ended_has_no_start_time(sleeper: subprocess.Popen[bytes]) -> None:
    assert start_time(sleeper.pid)
    sleeper.kill()
    sleeper.wait()
    assert start_time(sleeper.pid) is None


def test_nothing_noted_is_nothing_to_do(tmp_path: Path) -> None:
    assert end_leftovers(tmp_path / "missing.json") == []
