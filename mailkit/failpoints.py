"""Places where a test may kill this process or make it fail. Without FAILPOINT in the environment they do nothing.

FAILPOINT=name:3:kill    at the third hit of `name` the process dies as by kill -9
FAILPOINT=name:1:raise   at the first hit FailpointReached is raised
FAILPOINT=name:1:stop    at the first hit the process stands still until somebody sends SIGCONT: a worker that is slow
FAILPOINT=count:/path    each hit appends its name to the file: the list of places to die at
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path

_hits: Counter[str] = Counter()


class FailpointReached(Exception):
    """A test asked for a failure here. Not a MailError: no code may know how to handle it."""


def failpoint(name: str) -> None:
    """Mark a place where dying must lose nothing and double nothing."""
    plan = os.environ.get("FAILPOINT")
    if not plan:
        return
    target, _, rest = plan.partition(":")
    if target == "count":
        with Path(rest).open("a", encoding="utf-8") as log:
            log.write(f"{name}\n")
    elif target == name:
        _act(name, *rest.split(":"))


def _act(name: str, number: str, action: str) -> None:
    _hits[name] += 1
    if _hits[name] != int(number):
        return
    if action == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
        return
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    raise FailpointReached(name)
