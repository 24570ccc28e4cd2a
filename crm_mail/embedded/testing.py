"""`./crm-mail test`: pytest with a PostgreSQL and a Valkey of its own, gone afterwards whatever happens."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from crm_mail.embedded.account import service_account
from crm_mail.embedded.environment import Ports, application_environment
from crm_mail.embedded.postgres import TEST_SETTINGS, Postgres
from crm_mail.embedded.processes import die_with_parent
from crm_mail.embedded.state import PROJECT, State
from crm_mail.embedded.valkey import Valkey

# Options that do not go with several processes, or mean that the caller has decided himself.
SERIAL_OPTIONS = ("-n", "--numprocesses", "--pdb", "--trace", "-s", "--collect-only", "--co", "--dist")


def run_tests(arguments: Sequence[str]) -> int:
    with temporary_services() as environment:
        return run_to_its_end(
            [
                sys.executable,
                "-m",
                "pytest",
                "-p",
                "crm_mail.embedded.redis_per_worker",
                *processes(arguments),
                *arguments,
            ],
            environment,
        )


@contextmanager
def temporary_services(settings: Mapping[str, str] = TEST_SETTINGS) -> Iterator[dict[str, str]]:
    """The environment for a program that needs a database and a broker, both empty; `settings` are PostgreSQL's."""
    with ExitStack() as cleaning:
        directory = Path(tempfile.mkdtemp(prefix="crm-mail-test-"))
        cleaning.callback(shutil.rmtree, directory, ignore_errors=True)
        state = State(directory, service_account())
        state.prepare()
        postgres = Postgres(state, settings)
        cleaning.callback(postgres.child.stop)
        postgres.start()
        valkey = Valkey(state, keep=False)
        cleaning.callback(valkey.child.stop)
        valkey.start()
        yield application_environment(
            state, postgres, valkey, Ports(web=8000, events=8001, imap=1143, smtp=1587, smtpd=2525)
        )


def processes(arguments: Sequence[str]) -> list[str]:
    """Two processes for the whole suite; one where a few tests are named, which start-up would only delay."""
    is_named = any(argument.split("::")[0].endswith(".py") for argument in arguments)
    is_decided = any(argument.startswith(option) for argument in arguments for option in SERIAL_OPTIONS)
    return [] if is_named or is_decided or (os.cpu_count() or 1) < 2 else ["-n", "2"]


def run_to_its_end(command: Sequence[str], environment: dict[str, str]) -> int:
    """Ctrl-C reaches the child by the terminal: let it end in its own way and print what it has to say."""
    child = subprocess.Popen(
        command,
        env=environment,
        cwd=PROJECT,
        preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 (the only place to set it)
    )
    signal.signal(signal.SIGINT, lambda number, frame: None)
    signal.signal(signal.SIGTERM, lambda number, frame: child.terminate())
    status = child.wait()
    return status if status >= 0 else 128 - status
