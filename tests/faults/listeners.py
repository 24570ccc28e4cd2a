"""The listener as a process of its own, which a test may kill."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

from tests.faults.visitors import PROJECT

DOMAIN = "in.example"


@dataclass(frozen=True)
class ListenerProcess:
    """`wait` says how it ended."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    def wait(self) -> int:
        return self.process.wait(60)


@contextmanager
def listening(storage: str, *, failpoint: str = "", **settings: str) -> Iterator[ListenerProcess]:
    """`manage.py smtpd` on the test's database; it answers when its socket does, so nobody waits for its start."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = {
        **os.environ,
        "DATABASE_URL": urlunsplit(database),
        "STORAGE_DIR": storage,
        "MAIL_DOMAIN": DOMAIN,
        "FAILPOINT": failpoint,
        "LOG_LEVEL": "ERROR",
        **settings,
    }
    with socket.create_server(("127.0.0.1", 0), backlog=200) as door:
        number = door.fileno()
        command = [sys.executable, "manage.py", "smtpd", "--fd", str(number)]
        process = subprocess.Popen(command, env=environment, cwd=PROJECT, pass_fds=(number,))
        port = door.getsockname()[1]
    try:
        yield ListenerProcess(port, process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
