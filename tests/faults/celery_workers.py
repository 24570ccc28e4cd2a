"""Real Celery workers that die: at a place in the code, or all at once with what the broker knows.

Each is one process, so that a kill leaves nothing of it. Beat lives on.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import redis
from django.db import connection

from crm_mail.embedded.processes import Child, Program
from crm_mail.embedded.valkey import Valkey
from tests.flows.conftest import PROJECT, _with_database

CELERY = (sys.executable, "-m", "celery", "-A", "crm_mail.celery")
BEAT = ("beat", "--pidfile", "", "--max-interval", "1", "--schedule")


class Workers:
    """On the test's database and a broker of its own."""

    def __init__(self, broker: Valkey, directory: Path, queues: Sequence[str], settings: dict[str, str]) -> None:
        self._broker, self._directory, self._queues = broker, directory, queues
        self._environment = {
            **os.environ,
            "DATABASE_URL": _with_database(os.environ["DATABASE_URL"], str(connection.settings_dict["NAME"])),
            "REDIS_URL": broker.url,
            "STORAGE_DIR": str(directory / "storage"),
            "LOG_LEVEL": "WARNING",
            **settings,
        }
        self.children: list[Child] = []

    @contextmanager
    def beating(self) -> Iterator[None]:
        quick = {**self._environment, "DJANGO_SETTINGS_MODULE": "tests.flows.beat_settings"}
        beat = self._child("beat", [*CELERY, *BEAT, str(self._directory / "beat")], quick)
        beat.start()
        try:
            yield
        finally:
            for child in (beat, *self.children):
                child.stop()
            print((self._directory / "log").read_text(errors="replace"))  # noqa: T201  (pytest shows it with a failure)

    def start(self, *failpoints: str) -> None:
        """One for each; "": it lives."""
        worker = [*CELERY, "worker", "--pool", "solo", "-Q", ",".join(self._queues), "--without-gossip"]
        for number, point in enumerate(failpoints):
            name = f"worker{number}"
            command = [*worker, "--without-mingle", "-n", f"{name}@%h"]
            self.children.append(self._child(name, command, {**self._environment, "FAILPOINT": point}))
        for child in self.children:
            child.start()

    def ends(self) -> list[int]:
        """How those ended that have."""
        codes = (child.process.poll() for child in self.children if child.process)
        return [code for code in codes if code is not None]

    def kill_all(self) -> None:
        """Whoever is still there, with what the broker knows."""
        for child in self.children:
            assert child.process is not None
            child.process.send_signal(signal.SIGKILL)
            child.process.wait()
        self.children.clear()
        with redis.Redis.from_url(self._broker.url) as client:
            client.flushall()

    def _child(self, name: str, command: Sequence[str], environment: dict[str, str]) -> Child:
        return Child(Program(name, command, environment, PROJECT), self._directory / "log")
