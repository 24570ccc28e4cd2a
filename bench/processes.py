"""What other processes use, as /proc tells it: CPU seconds and memory, of a process or of all below it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for number in _all():
        with suppress(OSError):
            children.setdefault(parent(number), []).append(number)
    found = [pid]
    for member in found:
        found += children.get(member, [])
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """Of these processes and of their children that have ended."""
    return sum(_ticks(pid) for pid in pids) / TICKS


def memory_mb(pids: Iterable[int], field: str = "VmRSS") -> float:
    """The sum of VmRSS (now) or VmHWM (the most so far)."""
    return sum(_status_kb(pid, field) for pid in pids) / 1024


def _all() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdecimal()]


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name, which may hold anything: state, parent, ..."""
    return (PROC / str(pid) / "stat").read_text().rpartition(") ")[2].split()


def parent(pid: int) -> int:
    return int(_stat(pid)[1])


def _ticks(pid: int) -> int:
    with suppress(OSError):
        return sum(map(int, _stat(pid)[11:15]))
    return 0


def _status_kb(pid: int, field: str) -> int:
    with suppress(OSError):
        lines = (PROC / str(pid) / "status").read_text().splitlines()
        return next((int(line.split()[1]) for line in lines if line.startswith(f"{field}:")), 0)
    return 0
