"""First imports by real worker processes, against a mail reader that fetches and indexes the same mailbox."""

from __future__ import annotations

import resource
import statistics
from collections.abc import Callable, Iterator
from itertools import count

from bench import product
from bench.anchors import MailCopy
from bench.measuring import Figure, Samples, interleave
from bench.processes import cpu_seconds, family
from bench.product import Worker
from bench.stage import Stage

LETTERS_EACH = 2000
_names = (f"bench{number}" for number in count())


def import_500(stage: Stage) -> Iterator[Samples]:
    yield _against_mail_reader(stage, "import_500", stage.number(500), repetitions=7)


def import_2000(stage: Stage) -> Iterator[Samples]:
    yield _against_mail_reader(stage, "import_2000", stage.number(2000), repetitions=3)


def import_10000(stage: Stage) -> Iterator[Samples]:
    yield _against_mail_reader(stage, "import_10000", stage.number(10_000), repetitions=3)


def import_two(stage: Stage) -> Iterator[Samples]:
    """Throughput: what the second process adds on a machine that also runs the database and the mail server."""
    letters = stage.number(LETTERS_EACH)
    users = [stage.user(letters), stage.user(letters, copy=1)]
    with product.worker(stage.directory, pool="prefork", slots=2) as running:
        warm_up(stage, running)
        two, one = interleave(
            lambda: 2 * letters / import_mailboxes(stage, users),
            lambda: letters / import_mailboxes(stage, users[:1]),
            repetitions=stage.repetitions(5),
        )
    yield Samples("import_two", two, one, {"letters": letters})


def _against_mail_reader(stage: Stage, name: str, letters: int, *, repetitions: int) -> Samples:
    user = stage.user(letters)
    copy = stage.mail_copy(user)
    with product.worker(stage.directory, pool="prefork", slots=1) as running:
        warm_up(stage, running)
        cpu = _CpuOfBoth(running)
        ours, theirs = interleave(
            lambda: cpu.of_ours(lambda: import_mailboxes(stage, [user])),
            lambda: cpu.of_theirs(lambda: _first_update(copy)),
            repetitions=stage.repetitions(repetitions),
        )
    check_count(product.message_count(), letters)
    check_count(copy.count(), letters)
    return Samples(name, ours, theirs, {"letters": letters, **cpu.as_details()})


class _CpuOfBoth:
    """The processor time of both sides, which a busy machine disturbs less than the clock. Ours: with PostgreSQL's."""

    def __init__(self, running: Worker) -> None:
        self._running = running
        self._ours: list[float] = []
        self._theirs: list[float] = []

    def of_ours(self, measure: Callable[[], float]) -> float:
        before = self._used()
        seconds = measure()
        self._ours.append(self._used() - before)
        return seconds

    def _used(self) -> float:
        return cpu_seconds({*self._running.pids(), *family(product.postmaster())})

    def of_theirs(self, measure: Callable[[], float]) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = measure()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self._theirs.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        return seconds

    def as_details(self) -> dict[str, Figure]:
        ours, theirs = statistics.median(self._ours), statistics.median(self._theirs)
        return {"cpu_ours_s": ours, "cpu_theirs_s": theirs, "cpu_ratio": ours / theirs}


def warm_up(stage: Stage, running: Worker) -> None:
    """Processes that have worked before: connected to the database, and the server's index of the mailbox is made."""
    few = stage.number(100)
    for number in range(len(running.child_pids())):
        import_mailboxes(stage, [stage.user(few, copy=number)])


def import_mailboxes(stage: Stage, users: list[str]) -> float:
    """The seconds from asking to the last commit. Each mailbox is of another account, in an empty database."""
    product.clear_everything()
    accounts = [product.new_account(next(_names)) for _ in users]
    pairs = zip(accounts, users, strict=True)
    return product.import_all([product.new_mailbox(account, stage.server, user) for account, user in pairs])


def _first_update(copy: MailCopy) -> float:
    copy.clear()
    return copy.update()


def check_count(found: int, wanted: int) -> None:
    """Some letters of the corpus are broken, and one program tells fewer of them apart than another."""
    if not 0.95 * wanted <= found <= wanted:
        raise RuntimeError(f"{found} letters of {wanted} came")
