"""How often, how many, how long to wait. All in seconds."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from mailkit.errors import LoginRefused, MailError, PushNotOffered, ServerThrottled

STEADY_SECONDS = 60  # a connection that lived so long was well: the back-off begins anew
LONGEST_RETRY = 30 * 60
THROTTLED_RETRY = 15 * 60  # when the server does not say how long
LONGEST_WAIT = 24 * 60 * 60  # whatever the server says
NO_PUSH_RETRY = 24 * 60 * 60  # a server may learn it


@dataclass(frozen=True, slots=True)
class Pace:
    look: float = 1  # at what is due
    roster: float = 10  # reading which mailboxes are watched
    report: float = 60  # a line in the log
    wake: float = 0.3  # several things happen at once: one visit
    wake_again: float = 1  # of one mailbox, where much happens
    wakes: int = 30  # one after the other so quickly; each comes back after `wake_seldom`
    wake_seldom: float = 10  # where something happens all the time: a visit takes a worker that others wait for
    renew: float = 9.5 * 60  # RFC 2177 says 29 minutes; gateways forget a connection earlier
    answer: float = 30
    retry: float = 30  # doubled each time
    database: float = 5  # PostgreSQL is away: when it is asked again
    at_once: int = 8  # connections being opened
    per_host: int = 4  # of them at one provider
    per_second: int = 40

    def next_renewal(self, now: float) -> float:
        """Not all in the same second."""
        return now + self.renew * random.uniform(0.95, 1.05)  # noqa: S311  (no secret)

    def next_try(self, error: BaseException, failures: int, now: float) -> float:
        """After `failures` in a row, this one included. Infinity: not before somebody did something."""
        if isinstance(error, LoginRefused):
            return math.inf
        if isinstance(error, PushNotOffered):
            return now + NO_PUSH_RETRY
        backoff = min(self.retry * 2 ** min(failures - 1, 10), LONGEST_RETRY)
        return now + max(backoff, _asked_wait(error)) * random.uniform(1, 1.2)  # noqa: S311  (no secret)


def _asked_wait(error: BaseException) -> float:
    """What the server itself wants."""
    if isinstance(error, ServerThrottled):
        return min(error.retry_after or THROTTLED_RETRY, LONGEST_WAIT)
    return 0


def name_of(error: BaseException) -> str:
    """For the log. The server's words may hold an address: they stay out."""
    return f"{type(error).__name__} ({error.step})" if isinstance(error, MailError) else type(error).__name__
