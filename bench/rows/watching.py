"""The watcher: what a thousand mailboxes in IDLE cost, and how soon a new letter is on the event stream."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from accounts.tenancy import every_account
from bench import product
from bench.event_stream import EventStream, event_stream
from bench.measuring import Samples, percentile
from bench.polling_place import MAILBOXES_PER_ACCOUNT, SlowServer, connect_mailboxes, slow_server
from bench.processes import memory_mb
from bench.stage import Stage
from crm_mail.embedded.processes import Child
from mailboxes.models import Mailbox

ROUND_TRIP = 0.05
LETTERS = 100
PAUSE = 0.1  # between letters: as many as reach 30,000 mailboxes with 30 letters a day


def watcher(stage: Stage) -> Iterator[Samples]:
    count = stage.number(1000)
    with slow_server(stage.directory) as server:
        environment = {"MAIL_CA_FILE": str(server.ca_file), "HOST_CONNECTIONS": str(count)}
        with product.worker(stage.directory, pool="threads", slots=16, settings=environment):
            mailboxes = connect_mailboxes(server, count)
            product.import_all(mailboxes)
            server.move_away(ROUND_TRIP)
            with _watching(stage.directory, server, count, environment) as child:
                many = memory_mb([product.pid_of(child)])
                yield _latency(stage, server, mailboxes)
        one = _memory_of_one(stage, server, mailboxes[0], environment)
    yield Samples("watcher_memory", [many - one], (), {"many_mb": many, "one_mb": one, "mailboxes": count})


def _latency(stage: Stage, server: SlowServer, mailboxes: list[Mailbox]) -> Samples:
    """Letters for the mailboxes of one account, whose administrator listens; the others lie idle beside them."""
    ours = mailboxes[:MAILBOXES_PER_ACCOUNT]
    with event_stream(stage.directory, ours[0]) as stream:
        seconds = [_deliver(server, stream, ours[turn % len(ours)], turn) for turn in range(stage.number(LETTERS))]
    details = {"median_s": statistics.median(seconds), "letters": len(seconds), "mailboxes": len(mailboxes)}
    return Samples("watcher_latency", [percentile(seconds, 0.95)], (), details)


def _deliver(server: SlowServer, stream: EventStream, mailbox: Mailbox, turn: int) -> float:
    """The seconds from the server's news to the browser's."""
    heard = stream.count(mailbox.pk)
    began = time.perf_counter()
    server.deliver(mailbox.imap_username, turn)
    product.wait_for(lambda: stream.count(mailbox.pk) > heard, "the event")
    seconds = time.perf_counter() - began
    time.sleep(PAUSE)
    return seconds


def _memory_of_one(stage: Stage, server: SlowServer, mailbox: Mailbox, environment: dict[str, str]) -> float:
    with every_account("bench: only one is watched"):
        Mailbox.objects.exclude(pk=mailbox.pk).update(push=False)
    with _watching(stage.directory, server, 1, environment) as child:
        return memory_mb([product.pid_of(child)])


@contextmanager
def _watching(directory: Path, server: SlowServer, count: int, environment: dict[str, str]) -> Iterator[Child]:
    """The watcher, as soon as it holds so many mailboxes."""
    with product.started("watcher", ["manage.py", "watch"], directory, environment) as child:
        product.wait_for(lambda: server.count_idle() >= count, "the watcher", pause=0.1)
        yield child
    product.wait_for(lambda: server.count_idle() == 0, "the end of the watcher", pause=0.1)
