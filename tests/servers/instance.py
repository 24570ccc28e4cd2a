"""`./crm-mail up` as a visitor starts it: on a state and ports of its own, in a path with a space."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from crm_mail.embedded import ports

PROJECT = Path(__file__).parent.parent.parent
PATIENCE_SECONDS = 240


class Instance:
    """`./crm-mail up` on a state and ports of its own."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.port, events, self.imap_port, self.smtp_port = (ports.free_port() for _ in range(4))
        # The environment of this test run must not shine through; what is left is what a visitor has.
        own = {"CRM_MAIL_STATE": str(state), "PORT": str(self.port), "EVENTS_PORT": str(events)}
        demo = {"DEMO_IMAP_PORT": str(self.imap_port), "DEMO_SMTP_PORT": str(self.smtp_port), "SMTPD_PORT": "2530"}
        self.environment = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **own, **demo}
        self.output = (state.parent / "output.txt").open("w+")
        self.process = self.run("up", stdout=self.output, stderr=subprocess.STDOUT)

    def run(self, *arguments: str, **options: object) -> subprocess.Popen[str]:
        command = [str(PROJECT / "crm-mail"), *arguments]
        return subprocess.Popen(command, env=self.environment, text=True, start_new_session=True, **options)  # type: ignore[call-overload]

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

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


@contextmanager
def running_instance() -> Iterator[Instance]:
    """Until the block ends; then it is stopped and its data are gone."""
    # Not tmp_path, which is closed to others: as root the state would then move elsewhere.
    with tempfile.TemporaryDirectory(prefix="crm mail ") as place:
        Path(place).chmod(0o755)
        started = Instance(Path(place) / "state")
        yield started
        if started.process.poll() is None:
            started.process.send_signal(signal.SIGTERM)
            started.process.wait(PATIENCE_SECONDS)
        started.output.close()
