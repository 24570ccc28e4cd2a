"""An own Valkey (or Redis) server on loopback: broker, cache and event bus."""

import socket
import time
from pathlib import Path

from crm_mail.embedded import ports
from crm_mail.embedded.binaries import find_valkey, reachable_program
from crm_mail.embedded.errors import EmbeddedError
from crm_mail.embedded.processes import Child, Program
from crm_mail.embedded.state import State

READY_SECONDS = 20


class Valkey:
    def __init__(self, state: State, *, keep: bool = True) -> None:
        """With `keep` it has an append-only file, so that a restart loses at most a second of wake-ups."""
        self.password = state.secrets().valkey
        self.port = ports.free_port()
        self.data = state.directory("valkey")
        self.keep = keep
        server = reachable_program(find_valkey(), state.account, state.path / "programs")
        program = Program("valkey", [str(server), "-"], {"PATH": "/usr/bin:/bin"}, Path("/"), state.account)
        # The settings go in by standard input: a password in the arguments is open to every user of the machine.
        self.child = Child(program, state.directory("logs") / "valkey.log", stdin=self.settings())

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{ports.HOST}:{self.port}/0"

    def settings(self) -> bytes:
        lines = [
            f"port {self.port}",
            f"bind {ports.HOST}",
            f"requirepass {self.password}",
            f'dir "{self.data}"',
            f"appendonly {'yes' if self.keep else 'no'}",
            'save ""',
            "databases 64",
        ]
        return "\n".join(lines).encode() + b"\n"

    def start(self) -> Child:
        self.child.start()
        deadline = time.monotonic() + READY_SECONDS
        while not self.answers():
            if not self.child.is_alive() or time.monotonic() > deadline:
                raise EmbeddedError(f"Valkey did not start:\n{self.child.last_words()}")
            time.sleep(0.02)
        return self.child

    def answers(self) -> bool:
        """Ready when it has loaded its data: before that, PING is answered by -LOADING."""
        try:
            with socket.create_connection((ports.HOST, self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                with connection.makefile("rb") as answers:
                    return answers.readline() == b"+OK\r\n" and answers.readline() == b"+PONG\r\n"
        except OSError:
            return False
