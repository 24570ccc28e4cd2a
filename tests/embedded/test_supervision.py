"""A dead child comes back, with growing pauses; all of them end when asked."""

import signal
import sys
import time
from pathlib import Path

import pytest

from crm_mail.embedded.processes import BACK_OFF_SECONDS, STEADY_SECONDS, Child, Program
from crm_mail.embedded.supervisor import Supervisor


def child(tmp_path: Path, code: str) -> Child:
    program = Program("child", [sys.executable, "-c", code], {}, tmp_path)
    return Child(program, tmp_path / "child.log")


@pytest.fixture
def supervisor(tmp_path: Path) -> Supervisor:
    return Supervisor(tmp_path / "children.json")


def test_pauses_grow_and_stay_at_the_longest(tmp_path: Path) -> None:
    failing = child(tmp_path, "")
    pauses = [failing.plan_restart(now=0) for _ in range(len(BACK_OFF_SECONDS) + 2)]
    assert pauses == [*BACK_OFF_SECONDS, BACK_OFF_SECONDS[-1], BACK_OFF_SECONDS[-1]]


def test_a_long_life_forgives_earlier_failures(tmp_path: Path) -> None:
    steady = child(tmp_path, "")
    steady.plan_restart(now=0)
    steady.plan_restart(now=0)
    assert steady.plan_restart(now=STEADY_SECONDS + 1) == BACK_OFF_SECONDS[0]


def test_a_dead_child_is_started_again_after_its_pause(tmp_path: Path, supervisor: Supervisor) -> None:
    mortal = child(tmp_path, "")
    mortal.start()
    supervisor.add(mortal)
    assert mortal.process
    first = mortal.process.pid
    mortal.process.wait(10)
    now = time.monotonic()
    supervisor.look_after(mortal, now)
    assert mortal.process.pid == first
    supervisor.look_after(mortal, now + BACK_OFF_SECONDS[0])
    assert mortal.process.pid != first
    supervisor.stop()


def test_stopping_ends_every_child_and_forgets_them(tmp_path: Path, supervisor: Supervisor) -> None:
    patient = child(tmp_path, "import time; time.sleep(600)")
    patient.start()
    supervisor.add(patient)
    assert supervisor.pid_file.exists()
    supervisor.stop()
    assert patient.process
    assert patient.process.returncode == -signal.SIGTERM
    assert not supervisor.pid_file.exists()


def test_a_deaf_child_is_killed(tmp_path: Path) -> None:
    ignore = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    deaf = child(tmp_path, f"{ignore}; print('up', flush=True); time.sleep(600)")
    deaf.start()
    while "up" not in deaf.last_words():
        assert deaf.is_alive()
    deaf.ask_to_stop()
    assert not deaf.wait_until_stopped(seconds=0.2)
    assert not deaf.is_alive()


def test_output_goes_to_the_log(tmp_path: Path) -> None:
    talking = child(tmp_path, "print('first'); print('last')")
    talking.start()
    assert talking.process
    talking.process.wait(10)
    assert talking.last_words() == "first\nlast"
