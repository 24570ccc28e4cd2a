"""What the figures were measured on, without a name of the machine or a path."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

from bench.dovecot import BINARY

CPUINFO = Path("/proc/cpuinfo")
MEMORY = Path("/proc/meminfo")


def describe_machine() -> dict[str, str]:
    """`date` and `machine`, in words."""
    words = [
        f"{os.cpu_count()} cores ({_processor()})",
        f"{_memory_gb()} GB",
        f"Python {platform.python_version()}",
        f"PostgreSQL {_postgres()}",
        f"Dovecot {_version(BINARY)}",
        _version("mbsync"),
        _version("notmuch"),
    ]
    return {"date": datetime.now(UTC).date().isoformat(), "machine": ", ".join(words)}


def _processor() -> str:
    names = [line.partition(":")[2].strip() for line in CPUINFO.read_text().splitlines() if "model name" in line]
    return names[0] if names else platform.machine()


def _memory_gb() -> int:
    return round(int(MEMORY.read_text().split()[1]) / 1024 / 1024)


def _postgres() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (version,) = cursor.fetchone()
    return str(version)


def _version(program: str) -> str:
    """The first line of --version, without what stands in brackets."""
    answer = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
    return answer.splitlines()[0].partition("(")[0].strip()
