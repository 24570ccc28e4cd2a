"""The whole thing, as a visitor starts it: in a path with a space, beside another instance, until Ctrl-C."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.instance import PATIENCE_SECONDS, Instance, running_instance

pytestmark = pytest.mark.flow


@pytest.fixture
def instance() -> Iterator[Instance]:
    with running_instance() as started:
        yield started


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks at processes by /proc")
def test_it_starts_mends_itself_obeys_manage_and_stops(instance: Instance) -> None:
    instance.wait(lambda: "CRM Mail is ready" in instance.printed(), "ready")
    assert instance.readiness()["status"] == "ok"
    assert "anna@acme.example" in instance.printed()

    shown = instance.run(
        "manage", "shell", "-c", "from accounts.models import User; print(User.objects.count())", stdout=-1
    )
    assert shown.communicate(timeout=PATIENCE_SECONDS)[0].strip().splitlines()[-1] == "3"

    refused = instance.run("up", stderr=subprocess.PIPE)
    assert "already running" in refused.communicate(timeout=PATIENCE_SECONDS)[1]
    assert refused.returncode == 1

    instance.wait(lambda: instance.pid_of("interactive,sync,send"), "worker")
    worker = instance.pid_of("interactive,sync,send")
    assert worker
    os.kill(worker, signal.SIGKILL)
    instance.wait(lambda: "worker is running again" in instance.printed(), "restart")
    assert instance.pid_of("interactive,sync,send") not in (None, worker)

    pids = instance.pids()
    instance.process.send_signal(signal.SIGTERM)
    assert instance.process.wait(PATIENCE_SECONDS) == 0
    assert "Stopped" in instance.printed()
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
