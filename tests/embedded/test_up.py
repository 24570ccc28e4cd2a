"""The whole thing, as a visitor starts it: in a path with a space, beside another instance, until Ctrl-C."""

import http.client
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crm_mail.embedded import ports

PROJECT = Path(__file__).parent.parent.parent
PATIENCE_SECONDS = 240
pytestmark = pytest.mark.flow


class Instance:
    """`./crm-mail up` on a state and ports of its own."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.port, events, imap, smtp = (ports.free_port() for _ in range(4))
        # The environment of this test run must not shine through; what is left is what a visitor has.
        own = {"CRM_MAIL_STATE": str(state), "PORT": str(self.port), "EVENTS_PORT": str(events)}
        demo = {"DEMO_IMAP_PORT": str(imap), "DEMO_SMTP_PORT": str(smtp), "SMTPD_PORT": "2530"}
        self.environment = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **own, **demo}
        self.output = (state.parent / "output.txt").open("w+")
        self.process = self.run("up", stdout=self.output, stderr=subprocess.STDOUT)

    def run(self, *arguments: str, **options: object) -> subprocess.Popen[str]:
        command = [str(PROJECT / "crm-mail"), *arguments]
        return subprocess.Popen(command, env=self.environment, text=True, start_new_session=True, **options)  # type: ignore[call-overload]

    def printed(self) -> str:
        return Path(self.output.name).read_text(encoding="utf-8")

    def wait(self, condition: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"{what}: not in time\n{self.printed()}"
            assert self.process.poll() is None, f"{what}: up ended\n{self.printed()}"
            time.sleep(0.1)

    def readiness(self) -> dict[str, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("GET", "/readyz", headers={"Host": f"localhost:{self.port}"})
            answer: dict[str, str] = json.loads(connection.getresponse().read())
            return answer

    def pids(self) -> list[int]:
        file = self.state / "children.json"
        return [int(pid) for pid in json.loads(file.read_text())] if file.exists() else []

    def pid_of(self, words: str) -> int | None:
        commands = {pid: Path(f"/proc/{pid}/cmdline") for pid in self.pids()}
        found = [
            pid for pid, file in commands.items() if file.exists() and words in file.read_text().replace("\0", " ")
        ]
        return found[0] if found else None


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except FileNotFoundError:
        return ""


@pytest.fixture
def instance() -> Iterator[Instance]:
    # Not tmp_path, which is closed to others: as root the state would then move elsewhere.
    with tempfile.TemporaryDirectory(prefix="crm mail ") as place:
        Path(place).chmod(0o755)
        started = Instance(Path(place) / "state")
        yield started
        if started.process.poll() is None:
            started.process.send_signal(signal.SIGTERM)
            started.process.wait(PATIENCE_SECONDS)
        started.output.close()


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
