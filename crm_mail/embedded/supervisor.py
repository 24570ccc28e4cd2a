"""Keeps children alive: a dead one is started again with back-off, until somebody asks to stop."""

import signal
import threading
import time
from pathlib import Path
from types import FrameType

from crm_mail.embedded.console import say
from crm_mail.embedded.leftovers import note_children
from crm_mail.embedded.processes import Child

LOOK_SECONDS = 0.25
PAUSE_SECONDS = 0.05


class Stopping(Exception):
    """Somebody asked to stop while something was waited for."""


class Supervisor:
    """Children stop in groups, the last added first: what others depend on is added first."""

    def __init__(self, pid_file: Path) -> None:
        self.pid_file = pid_file
        self.groups: list[list[Child]] = []
        self.stopping = threading.Event()

    def listen_to_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.ask_to_stop)

    def ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping.set()

    def add(self, *children: Child) -> None:
        """Children that have just been started."""
        self.groups.append(list(children))
        self.note()

    def children(self) -> list[Child]:
        return [child for group in self.groups for child in group]

    def note(self) -> None:
        note_children(self.pid_file, [child.process.pid for child in self.children() if child.process])

    def watch(self) -> None:
        """Returns when somebody asked to stop."""
        while not self.stopping.wait(LOOK_SECONDS):
            self.look_after_all()

    def pause(self) -> None:
        """A short wait inside a longer one, which a wish to stop ends."""
        if self.stopping.wait(PAUSE_SECONDS):
            raise Stopping

    def look_after_all(self) -> None:
        for child in self.children():
            self.look_after(child, time.monotonic())

    def look_after(self, child: Child, now: float) -> None:
        if child.is_alive():
            return
        if not child.restart_at:
            wait = child.plan_restart(now)
            status = child.process.returncode if child.process else "none"
            say(f"{child.program.name} ended (status {status}); starting it again in {wait:g} s. See {child.log}")
        elif now >= child.restart_at:
            child.start()
            self.note()
            say(f"{child.program.name} is running again.")

    def stop(self) -> None:
        while self.groups:
            group = self.groups.pop()
            for child in group:
                child.ask_to_stop()
            for child in group:
                if not child.wait_until_stopped():
                    say(f"{child.program.name} did not end in time and was killed.")
        self.pid_file.unlink(missing_ok=True)
