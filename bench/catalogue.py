"""The benchmarks by name, with what each has to reach."""

from __future__ import annotations

from dataclasses import dataclass

from bench.measuring import Goal

MBSYNC = "mbsync + notmuch new"
IMAPCLIENT = "imapclient in 64 threads"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The function `name` of the module bench.rows.`module` measures these goals."""

    name: str
    module: str
    goals: tuple[Goal, ...]


def _one(module: str, goal: Goal) -> Benchmark:
    return Benchmark(goal.name, module, (goal,))


BENCHMARKS = (
    _one("imports", Goal("import_500", "first import of 500 letters, by the real task", MBSYNC, 1.5, 1.0, "s")),
    _one("imports", Goal("import_2000", "import of 2,000 letters, one worker process", MBSYNC, 1.5, 1.0, "s")),
    _one("imports", Goal("import_10000", "import of 10,000 letters, one worker process", MBSYNC, 1.0, 0.6, "s")),
    _one(
        "imports",
        Goal("import_two", "two mailboxes in two processes", "one in one", 1.5, 1.8, "letters/s", more_is_better=True),
    ),
    _one("fetching", Goal("fetch", "fetch layer", "a socket that is only read", 2.5, 2.0, "s")),
    Benchmark(
        "normalise",
        "normalising",
        (
            Goal("normalise", "letter to text, clean HTML and files", "standard library (compat32)", 1.6, 0.5, "ms"),
            Goal("normalise_faults", "letters that raise", "", 0, unit="letters"),
        ),
    ),
    Benchmark(
        "store",
        "storing",
        (
            Goal("store", "filing of read letters, behind row-level security", "COPY, then INSERT", 1.5, 1.2, "s"),
            Goal("store_statements", "statements of one batch", "", 15, unit="statements"),
        ),
    ),
    Benchmark(
        "nothing_new",
        "unchanged",
        (
            Goal("nothing_new", "visit without news, mailbox of 10,000", "mailbox of 500", 1.2, 1.0, "ms"),
            Goal("nothing_new_commands", "commands after sign-in", "", 2, unit="commands"),
        ),
    ),
    Benchmark(
        "polling",
        "polling",
        (
            Goal("poll_cpu", "CPU of 1,000 unchanged mailboxes over TLS", IMAPCLIENT, 3.0, 2.0, "s"),
            Goal("poll_rate", "looks at 50 ms round trip, 64 slots, TLS", IMAPCLIENT, 0.8, 1.0, "mailboxes/s", True),
        ),
    ),
    _one("arrivals", Goal("one_new", "one new letter in a mailbox of 10,000", MBSYNC, 3.0, 1.5, "s")),
    Benchmark(
        "memory",
        "memory",
        (
            Goal("memory_import", "most memory while importing 10,000", "importing 500", 1.2, 1.1, "MB"),
            Goal("memory_letter", "memory for one letter of 25 MB", "its size", 6.0, 3.0, "MB"),
        ),
    ),
    Benchmark(
        "watcher",
        "watching",
        (
            Goal("watcher_memory", "memory of 1,000 watched mailboxes, above that of one", "", 25, unit="MB"),
            Goal("watcher_latency", "a new letter on the event stream, 95 of 100", "", 2, unit="s"),
        ),
    ),
)


def find(names: list[str]) -> list[Benchmark]:
    """The named ones in the order of the catalogue; all without a name. Raises KeyError for an unknown name."""
    known = {benchmark.name: benchmark for benchmark in BENCHMARKS}
    wanted = {known[name].name for name in names} or set(known)
    return [benchmark for benchmark in BENCHMARKS if benchmark.name in wanted]
