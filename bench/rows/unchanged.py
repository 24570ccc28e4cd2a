"""A visit to a mailbox that has nothing new must not depend on how much it holds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from accounts.tenancy import tenant
from bench import product
from bench.measuring import Samples, interleave
from bench.rows.imports import warm_up
from bench.stage import Stage
from mailboxes import leases
from mailboxes.models import Mailbox
from sync.mailbox_sync import sync_mailbox
from sync.visit import deadline_from_now

VISITS = 20  # in one sample: a single one takes a few milliseconds


def nothing_new(stage: Stage) -> Iterator[Samples]:
    large, small = _imported(stage, [stage.number(10_000), stage.number(500)])
    for mailbox in (large, small):
        _milliseconds(mailbox)  # the server's caches are warm, and what the import left open is settled
    ours, theirs = interleave(
        lambda: _milliseconds(large), lambda: _milliseconds(small), repetitions=stage.repetitions(7)
    )
    yield Samples("nothing_new", ours, theirs)
    log = stage.dovecot.log_commands(large.imap_username)
    _visit(large)
    yield Samples("nothing_new_commands", [len(_commands(log))], (), {"commands": " ".join(_commands(log))})


def _imported(stage: Stage, sizes: list[int]) -> list[Mailbox]:
    with product.worker(stage.directory, pool="prefork", slots=1) as running:
        warm_up(stage, running)
        product.clear_everything()
        account = product.new_account("bench")
        mailboxes = [
            product.new_mailbox(account, stage.server, stage.user(size), address=f"box{size}@bench.example")
            for size in sizes
        ]
        for mailbox in mailboxes:
            product.import_all([mailbox])
    return mailboxes


def _milliseconds(mailbox: Mailbox) -> float:
    began = time.perf_counter()
    for _ in range(VISITS):
        _visit(mailbox)
    return (time.perf_counter() - began) / VISITS * 1000


def _visit(mailbox: Mailbox) -> None:
    """What a worker does when the schedule says so, without the queue."""
    with tenant(mailbox.account_id):
        lease = leases.claim(mailbox.pk)
        if lease is None:
            raise RuntimeError("somebody else visits the mailbox")
        sync_mailbox(lease, deadline=deadline_from_now())


def _commands(log: Path) -> list[str]:
    """The names of the commands between sign-in and LOGOUT, as the server read them: "time tag NAME ..."."""
    lines = [line.split() for file in sorted(log.glob("*.in")) for line in file.read_text().splitlines()]
    return [words[2].upper() for words in lines if len(words) > 2 and words[2].upper() != "LOGOUT"]
