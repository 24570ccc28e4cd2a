"""`./crm-mail check`: what can be said about the code without running the tests. Every step runs, then the verdict."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from crm_mail.embedded.console import say
from crm_mail.embedded.errors import EmbeddedError
from crm_mail.embedded.state import PROJECT
from crm_mail.embedded.testing import temporary_services

# Checks of a deployment look at production settings, not at the relaxed ones of a single machine.
PRODUCTION = {
    "EMBEDDED": "false",
    "BASE_URL": "https://crm.example.com",
    "PUBLIC_URL": "https://go.example.com",
    "EVENTS_URL": "https://crm.example.com",
}


@dataclass(frozen=True)
class Step:
    """Commands that belong together: the first failing one ends the step."""

    name: str
    commands: Sequence[Sequence[str]]
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    step: Step
    output: str  # of the command that failed; empty when all went well
    seconds: float


def check(arguments: Sequence[str]) -> int:
    if arguments:
        raise EmbeddedError("check takes no arguments.")
    with temporary_services() as environment:
        failed = [verdict.step.name for verdict in verdicts(environment) if report(verdict)]
    say(f"\nFailed: {', '.join(failed)}" if failed else "\nAll checks passed.")
    return 1 if failed else 0


def steps() -> list[Step]:
    return [
        Step("types (mypy)", [module("mypy")]),
        Step("lint (ruff check)", [module("ruff", "check", ".")]),
        Step("format (ruff format)", [module("ruff", "format", "--check", ".")]),
        Step("layers (import-linter)", [[str(PROJECT / ".venv" / "bin" / "lint-imports")]]),
        Step("migrations complete", [manage("makemigrations", "--check", "--dry-run")]),
        Step("production settings", [manage("check", "--deploy", "--fail-level", "WARNING")], PRODUCTION),
        Step(
            "database walls",
            [
                manage("migrate", "--verbosity", "0"),
                manage("check", "--database", "default", "--fail-level", "WARNING"),
            ],
        ),
        Step("OpenAPI", [manage("spectacular", "--validate", "--fail-on-warn", "--file", os.devnull)]),
        Step("translations", [manage("check_translations")]),
    ]


def module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(PROJECT / "manage.py"), *arguments]


def verdicts(environment: dict[str, str]) -> Iterator[Verdict]:
    """Two at a time; mypy, by far the longest, begins first."""
    with ThreadPoolExecutor(max_workers=2) as executor:
        yield from executor.map(lambda step: run_step(step, environment), steps())


def run_step(step: Step, environment: dict[str, str]) -> Verdict:
    started_at = time.monotonic()
    output = ""
    for command in step.commands:
        result = subprocess.run(
            command,
            env={**environment, **step.settings},
            cwd=PROJECT,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        if result.returncode != 0:
            output = result.stdout or f"exit status {result.returncode}"
            break
    return Verdict(step, output, time.monotonic() - started_at)


def report(verdict: Verdict) -> bool:
    """True when it failed."""
    word = "FAILED" if verdict.output else "ok"
    say(f"{verdict.step.name:<28}{word:<8}{verdict.seconds:5.1f} s")
    if verdict.output:
        say("    " + verdict.output.strip().replace("\n", "\n    ") + "\n")
    return bool(verdict.output)
