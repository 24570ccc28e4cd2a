"""`./crm-mail bench`: the benchmarks, with a Valkey and a PostgreSQL of their own that keeps what it has committed."""

import os
import sys
from collections.abc import Sequence

from crm_mail.embedded.testing import run_to_its_end, temporary_services

# As on a server of its own: durable, with autovacuum (both PostgreSQL's defaults), and room for 1,000 mailboxes.
BENCH_SETTINGS = {"max_connections": "300", "shared_buffers": "512MB", "max_wal_size": "4GB"}
WITHOUT_SERVICES = ("--list", "-h", "--help")


def run_benchmarks(arguments: Sequence[str]) -> int:
    command = [sys.executable, "-m", "bench", *arguments]
    if any(argument in WITHOUT_SERVICES for argument in arguments):
        return run_to_its_end(command, dict(os.environ))
    with temporary_services(BENCH_SETTINGS) as environment:
        return run_to_its_end(command, environment)
