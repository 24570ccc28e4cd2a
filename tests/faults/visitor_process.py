"""A process that visits mailboxes in children which a test may kill or stop: python -m tests.faults.visitor_process

Orders come by standard input, a line of JSON each; how the child ended is the answer. Forking from a process that has
loaded everything makes a real kill -9 cost milliseconds, so that there can be hundreds.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from typing import Any

import django
from django.conf import settings

from accounts.tenancy import tenant
from crm_mail.embedded.processes import die_with_parent

BATCH_LETTERS = 3  # so that a small mailbox comes in several batches
NO_LEASE = 3


def main() -> None:
    django.setup()
    from sync import history, reading  # models can be imported only now

    reading.BATCH_LETTERS = history.BATCH_LETTERS = BATCH_LETTERS
    for line in sys.stdin:
        order = json.loads(line)
        pid = order.get("pid") or start(order)
        if order.get("pid"):
            os.kill(pid, signal.SIGCONT)
        _pid, status = os.waitpid(pid, os.WUNTRACED)
        sys.stdout.write(json.dumps({"pid": pid, "end": how_it_ended(status)}) + "\n")
        sys.stdout.flush()


def start(order: dict[str, Any]) -> int:
    not_alone = die_with_parent(signal.SIGKILL)
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        not_alone()
        code = visit(order)
    except BaseException:  # noqa: BLE001  (the outermost function of this child)
        traceback.print_exc()
    finally:
        os._exit(code)


def visit(order: dict[str, Any]) -> int:
    from tests.faults.visiting import visit_until_done

    os.environ["FAILPOINT"] = order["failpoint"]
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": order["storage"]}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    for name, value in order["settings"].items():
        setattr(settings, name, value)
    with tenant(order["account"]):
        return 0 if visit_until_done(order["mailbox"]) else NO_LEASE


def how_it_ended(status: int) -> str:
    if os.WIFSTOPPED(status):
        return "stopped"
    if os.WIFSIGNALED(status):
        return "killed" if os.WTERMSIG(status) == signal.SIGKILL else "died"
    return {0: "done", NO_LEASE: "no lease"}.get(os.WEXITSTATUS(status), "broke")


if __name__ == "__main__":
    main()
