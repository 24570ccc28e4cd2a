"""Children that outlived a killed supervisor. Linux ends them with it; elsewhere, or when one hangs, the list helps."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from crm_mail.embedded.state import write_private

PATIENCE_SECONDS = 10


def note_children(file: Path, pids: Iterable[int]) -> None:
    write_private(file, json.dumps({str(pid): started for pid in pids if (started := start_time(pid))}))


def end_leftovers(file: Path) -> list[int]:
    """End what still runs of an earlier start; a number that now belongs to another process is left alone."""
    if not file.exists():
        return []
    noted: dict[str, str] = json.loads(file.read_text())
    alive = [int(pid) for pid, started in noted.items() if start_time(int(pid)) == started]
    for pid in alive:
        send(pid, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(start_time(pid) == noted[str(pid)] for pid in alive):
        if time.monotonic() > deadline:
            for pid in alive:
                send(pid, signal.SIGKILL)
        time.sleep(0.05)
    file.unlink()
    return alive


def send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return  # it has just ended by itself


def start_time(pid: int) -> str | None:
    """Together with the number this identifies a process: numbers are used again, also after a reboot."""
    if sys.platform == "linux":
        return linux_start_time(pid)
    shown = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], check=False, capture_output=True, text=True)
    return shown.stdout.strip() or None


def linux_start_time(pid: int) -> str | None:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # proc(5): the command's name stands in parentheses and may hold spaces; then state is field 3, start time field 22.
    fields = status.rpartition(")")[2].split()
    return None if fields[0] == "Z" else f"{boot} {fields[19]}"
