"""The benchmarks by name, with what each has to reach."""

from __future__ import annotations

from dataclasses import dataclass

from bench.measuring import Goal

MBSYNC = "mbsync + notmuch new"
IMAPCLIENT = "imapclient in 64 threads"
REQUESTS = "requests/s"
JINJA = "a Jinja2 page of 50 ORM rows"
OWN_SQL = "its own SQL, and an empty answer"
SAME_ROWS = "one INSERT ... SELECT of the same rows"
SAME_CARDS = "COPY of the same rows"
ONE_INSERT = "an empty view that inserts one row"
STATIC = "a static file by the same server"
ONE_LOOP = "a loop of SQL that changes the same rows"
FEW_CARDS = "among 1,000 contacts, 10,000 letters"


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
    _one(
        "lists",
        Goal("list_api", "list of 50 conversations, API, 8 clients", "a DRF list of 50 rows", 0.5, 1.0, REQUESTS, True),
    ),
    Benchmark(
        "mail_screen",
        "lists",
        (
            Goal("mail_fragment", "list on the mail screen, 8 clients", JINJA, 0.4, 0.8, REQUESTS, True),
            Goal("mail_page", "whole mail screen, 8 clients", JINJA, 0.4, 0.8, REQUESTS, True),
        ),
    ),
    _one("lists", Goal("deep_page", "page 1,000 of the list", "page 1", 1.3, 1.1, "ms")),
    _one("lists", Goal("more_data", "list among 1,000,000 letters", "among 10,000", 1.3, 1.1, "ms")),
    _one(
        "sending",
        Goal("send", "1,000 letters of 10 KB, their states included", "smtplib, one connection", 4.0, 2.5, "s"),
    ),
    _one(
        "listening",
        Goal("listener", "letters taken, each committed", "aiosmtpd that drops them", 0.3, 0.5, "letters/s", True),
    ),
    _one(
        "listening",
        Goal("listener_memory", "memory for 100 letters of 10 MB at once", "for one", 20, 10, "MB"),
    ),
    Benchmark(
        "search",
        "searching",
        (
            Goal("search_common", "search for a common word", OWN_SQL, 3.0, 2.0, "ms"),
            Goal("search_medium", "search for a word of 1.5 % of the letters", OWN_SQL, 3.0, 2.0, "ms"),
            Goal("search_rare", "search for a word of one letter", OWN_SQL, 3.0, 2.0, "ms"),
            Goal("search_two", "search for two words", OWN_SQL, 3.0, 2.0, "ms"),
        ),
    ),
    _one("linking", Goal("linking", "linking 10,000 stored letters to a new address", SAME_ROWS, 2.0, 1.3, "s")),
    _one("searching", Goal("search_mailbox", "search in a mailbox of 10,000", "notmuch search", 2.0, 1.0, "ms")),
    _one("opening", Goal("open_thread", "opening 20 letters: click to painted", "a page in a file", 3.0, 1.5, "ms")),
    Benchmark(
        "mail_weight",
        "opening",
        (
            Goal("mail_weight", "mail screen without the editor, compressed", "", 60, 45, "KB"),
            Goal("mail_requests", "its requests", "", 8, 6, "requests"),
        ),
    ),
    Benchmark(
        "hits",
        "hits",
        (
            Goal("open_hits", "opens, each written down", ONE_INSERT, 0.5, 0.8, REQUESTS, more_is_better=True),
            Goal("click_hits", "clicks, each written down", ONE_INSERT, 0.5, 0.8, REQUESTS, more_is_better=True),
        ),
    ),
    Benchmark(
        "pages",
        "pages",
        (Goal("cached_page", "a page while its copy is fresh", STATIC, 0.3, 0.7, REQUESTS, more_is_better=True),),
    ),
    _one("triggers", Goal("triggers", "10,000 due triggers, by two workers", ONE_LOOP, 15.0, 6.0, "s")),
    _one("mailings", Goal("mailing", "a mailing of 10,000: recipients, checks, rows", SAME_ROWS, 8.0, 3.0, "s")),
    _one("csv_import", Goal("csv", "CSV import of 100,000 contacts", SAME_CARDS, 6.0, 3.0, "s")),
    Benchmark(
        "cards",
        "cards",
        (
            Goal("contact_list", "contact list among 100,000 contacts, 1,000,000 letters", FEW_CARDS, 1.3, 1.1, "ms"),
            Goal("card_page", "card with the first page of its timeline, among as many", FEW_CARDS, 1.3, 1.1, "ms"),
            Goal("lead_board", "board of leads, among as many", FEW_CARDS, 1.3, 1.1, "ms"),
        ),
    ),
)


def find(names: list[str]) -> list[Benchmark]:
    """The named ones in the order of the catalogue; all without a name. Raises KeyError for an unknown name."""
    known = {benchmark.name: benchmark for benchmark in BENCHMARKS}
    wanted = {known[name].name for name in names} or set(known)
    return [benchmark for benchmark in BENCHMARKS if benchmark.name in wanted]
