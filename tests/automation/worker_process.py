"""Workers that a test kills: python -m tests.automation.worker_process ACCOUNT FAILPOINT...

One child for each failpoint, all at once; each takes up what happened and carries out what is due. Their exit codes are
the answer, a line of JSON. Then a last one does what they left. Forked from a process that has loaded everything.
"""

from __future__ import annotations

import json
import os
import sys
import traceback

import django
from django.utils import timezone

from accounts.tenancy import tenant


def main() -> None:
    django.setup()
    account_id, plans = int(sys.argv[1]), sys.argv[2:]
    pids = [start(account_id, plan) for plan in plans]
    ends = [end_of(pid) for pid in pids]
    if end_of(start(account_id, "")) != 0:
        raise SystemExit(1)
    sys.stdout.write(json.dumps(ends))


def end_of(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def start(account_id: int, failpoint: str) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.environ["FAILPOINT"] = failpoint
        work(account_id)
        code = 0
    except BaseException:  # noqa: BLE001  (the outermost function of this child)
        traceback.print_exc()
    finally:
        os._exit(code)


def work(account_id: int) -> None:
    from automation import news, running  # models can be imported only now
    from automation.models import Run

    with tenant(account_id):
        if not os.environ["FAILPOINT"]:  # the leases of the dead have run out
            Run.objects.filter(state="waiting").update(due_at=timezone.now())
        news.note_waiting()
        running.carry_out_due()


if __name__ == "__main__":
    main()
