"""One new letter in a large mailbox: from the moment we know of it until it can be found."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count

from bench import product
from bench.anchors import MailCopy
from bench.corpus import arrival_id, small_letter
from bench.measuring import Samples, interleave
from bench.rows.imports import warm_up
from bench.stage import Stage
from mailboxes.models import Mailbox


def one_new(stage: Stage) -> Iterator[Samples]:
    """Each side meets a letter that the server's index does not know yet; the other side is then brought up to date."""
    user = stage.user(stage.number(10_000))
    copy = stage.mail_copy(user)
    copy.update()
    numbers = count(1)
    with product.worker(stage.directory, pool="threads", slots=8) as running:
        warm_up(stage, running)
        product.clear_everything()
        mailbox = product.new_mailbox(product.new_account("bench"), stage.server, user)
        product.import_all([mailbox])
        ours, theirs = interleave(
            lambda: _ours(stage, mailbox, copy, next(numbers)),
            lambda: _theirs(stage, mailbox, copy, next(numbers)),
            repetitions=stage.repetitions(9) + 1,
        )
    # The first letter after the import finds other caches than any later one.
    yield Samples("one_new", ours[1:] or ours, theirs[1:] or theirs)


def _ours(stage: Stage, mailbox: Mailbox, copy: MailCopy, number: int) -> float:
    stage.dovecot.deliver(mailbox.imap_username, small_letter(number), number)
    seconds = _sync_one(mailbox, number)
    copy.update()
    return seconds


def _theirs(stage: Stage, mailbox: Mailbox, copy: MailCopy, number: int) -> float:
    stage.dovecot.deliver(mailbox.imap_username, small_letter(number), number)
    seconds = copy.update()
    _sync_one(mailbox, number)
    return seconds


def _sync_one(mailbox: Mailbox, number: int) -> float:
    began = time.perf_counter()
    product.ask_for_sync(mailbox)
    product.wait_for(lambda: product.has_letter(arrival_id(number)), "the letter", pause=0.001)
    seconds = time.perf_counter() - began
    product.wait_for(lambda: product.unfinished_count() == 0, "the end of the visit")
    return seconds
