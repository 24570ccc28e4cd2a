"""A supervised child: own session, dies with us on Linux, restarted with back-off, stopped with patience."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from crm_mail.embedded.account import Account

BACK_OFF_SECONDS = (0.5, 1, 2, 5, 10, 30)
STEADY_SECONDS = 60  # a child that lived so long begins the back-off anew
STOP_SECONDS = 25
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Program:
    """What to run, and as whom."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    directory: Path
    account: Account | None = None
    pass_fds: tuple[int, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM


@dataclass
class Child:
    """One run of a program after another. Start it from the main thread: Linux ties the death signal to the thread."""

    program: Program
    log: Path
    stdin: bytes = b""
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failure_count: int = 0
    restart_at: float = 0.0

    def start(self) -> None:
        program = self.program
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                program.command,
                env=program.environment,
                cwd=program.directory,
                stdin=subprocess.PIPE if self.stdin else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=program.pass_fds,
                preexec_fn=die_with_parent(program.stop_signal),  # noqa: PLW1509 (the only place to set it)
                **identity(program.account),
            )
        if self.process.stdin:
            self.process.stdin.write(self.stdin)
            self.process.stdin.close()
        self.started_at = time.monotonic()
        self.restart_at = 0.0

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def plan_restart(self, now: float) -> float:
        """Called once when it is found dead; the seconds until the next try."""
        if now - self.started_at > STEADY_SECONDS:
            self.failure_count = 0
        wait = BACK_OFF_SECONDS[min(self.failure_count, len(BACK_OFF_SECONDS) - 1)]
        self.failure_count += 1
        self.restart_at = now + wait
        return wait

    def ask_to_stop(self) -> None:
        if self.process and self.is_alive():
            self.process.send_signal(self.program.stop_signal)

    def wait_until_stopped(self, seconds: float = STOP_SECONDS) -> bool:
        """False when it had to be killed."""
        if self.process is None:
            return True
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            return False
        return True

    def stop(self) -> bool:
        self.ask_to_stop()
        return self.wait_until_stopped()

    def last_words(self, length: int = 2000) -> str:
        text = self.log.read_bytes()[-length:] if self.log.exists() else b""
        return text.decode(errors="replace").strip()


def identity(account: Account | None) -> Identity:
    """Keyword arguments of subprocess for running as somebody else."""
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def die_with_parent(stop_signal: signal.Signals) -> Callable[[], None]:
    """Runs in the child between fork and exec, after the change of account (which would clear the setting)."""
    parent = os.getpid()

    def set_death_signal() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(stop_signal))
            if os.getppid() != parent:  # we were too late: it is dead already
                os._exit(1)

    return set_death_signal
