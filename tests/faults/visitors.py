"""Visits by other processes, which may be killed or stopped at a failpoint: the test's side of visitor_process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

from crm_mail.embedded.processes import die_with_parent

PROJECT = Path(__file__).parents[2]
NAME = "visitor"  # of its connections in PostgreSQL


@dataclass(frozen=True)
class Visited:
    """How it ended, or stands still: done, killed, stopped, no lease, broke."""

    pid: int
    end: str


class Visitors:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._standing: set[int] = set()  # stopped, and nobody has let them go on

    def visit(
        self, *, account_id: int | None, mailbox_id: int, storage: str, failpoint: str = "", **settings: object
    ) -> Visited:
        """A process takes the lease, visits until nothing is left, and ends; `settings` are those of Django."""
        order = {"account": account_id, "mailbox": mailbox_id, "storage": storage, "failpoint": failpoint}
        return self._ask({**order, "settings": settings})

    def go_on(self, stopped: Visited) -> Visited:
        return self._ask({"pid": stopped.pid})

    def _ask(self, order: dict[str, Any]) -> Visited:
        orders, answers = cast("Any", self._process.stdin), cast("Any", self._process.stdout)
        orders.write(json.dumps(order) + "\n")
        orders.flush()
        visited = Visited(**json.loads(answers.readline()))
        (self._standing.add if visited.end == "stopped" else self._standing.discard)(visited.pid)
        return visited

    def dismiss(self) -> None:
        """After a test that failed: whoever stands in a transaction would hold up all that come after."""
        for pid in self._standing:
            os.kill(pid, signal.SIGKILL)
        self._standing.clear()


@contextmanager
def running() -> Iterator[Visitors]:
    """On the test's database."""
    database = urlsplit(os.environ["DATABASE_URL"])
    database = database._replace(path=f"/{connection.settings_dict['NAME']}", query=f"application_name={NAME}")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.visitor_process"],
        env={**os.environ, "DATABASE_URL": urlunsplit(database), "LOG_LEVEL": "ERROR"},
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509  (the only place to set it)
    )
    with process:
        yield Visitors(process)
        cast("Any", process.stdin).close()  # the end of the orders is its end
