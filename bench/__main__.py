"""`python -m bench [NAME...]`: what `./crm-mail bench` runs, beside a PostgreSQL and a Valkey of its own."""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Iterator

import django
from django.core.management import call_command

from bench import anchors, catalogue, report
from bench.catalogue import Benchmark
from bench.measuring import Result
from crm_mail.embedded.errors import EmbeddedError


def main() -> int:
    options = _parser().parse_args()
    if options.list:
        for benchmark in catalogue.BENCHMARKS:
            print(f"{benchmark.name:16} {', '.join(goal.what for goal in benchmark.goals)}")
        return 0
    if options.write and options.quick:
        raise EmbeddedError("Figures of a quick run are not worth keeping: --quick does not go with --write.")
    benchmarks = catalogue.find(options.names)
    if missing := anchors.missing_programs():
        raise EmbeddedError(f"Not installed: {', '.join(missing)} (Debian: apt install isync notmuch dovecot-imapd)")
    results = []
    for result in _measure(benchmarks, is_quick=options.quick, size=options.size):
        results.append(result)
        print(report.json_line(result), flush=True)
    print(report.table([result.as_json() for result in results]))
    if options.write:
        report.write(results)
    return 1 if options.strict and any(result.is_failed for result in results) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./crm-mail bench", description="Measure, against other programs.")
    names = [benchmark.name for benchmark in catalogue.BENCHMARKS]
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*names, []], help=f"one of {', '.join(names)}")
    parser.add_argument("--list", action="store_true", help="only say what there is")
    parser.add_argument("--quick", action="store_true", help="a tenth of the letters, once: does it work at all?")
    parser.add_argument("--size", type=int, default=1_000_000, help="letters of the big database (1,000,000)")
    parser.add_argument("--strict", action="store_true", help="fail when the median and the best pair miss a goal")
    parser.add_argument("--write", action="store_true", help="put the results into docs/benchmarks.md")
    return parser


def _measure(benchmarks: list[Benchmark], *, is_quick: bool, size: int) -> Iterator[Result]:
    """Loaded by name, because Django has to be set up before."""
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    stages = importlib.import_module("bench.stage")
    with stages.open_stage(is_quick=is_quick, size=size) as stage:
        for benchmark in benchmarks:
            run = getattr(importlib.import_module(f"bench.rows.{benchmark.module}"), benchmark.name)
            goals = {goal.name: goal for goal in benchmark.goals}
            for samples in run(stage):
                load = {"load": round(os.getloadavg()[0], 1)}
                yield Result(goals[samples.goal], samples).with_details(load)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # or the servers would stay behind
    try:
        sys.exit(main())
    except EmbeddedError as error:
        sys.exit(f"crm-mail: {error}")
