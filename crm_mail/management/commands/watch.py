"""The watcher: one process that holds the Inboxes in IDLE."""

from __future__ import annotations

import resource
import signal
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand

from sync.watcher.watcher import Watcher


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # they load all pages and the API; `web` and `migrate` have made them
    help = "Listen to the mail servers (IDLE) and start a visit where something happened. Ends at SIGTERM."

    def handle(self, *_args: Any, **_options: Any) -> None:
        allow_many_sockets()
        watcher = Watcher(count=settings.WATCHER_COUNT, index=settings.WATCHER_INDEX)

        def stop(_number: int, _frame: FrameType | None) -> None:
            watcher.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        watcher.run()


def allow_many_sockets() -> None:
    """A socket a mailbox: systems often give 1,024 and let us have many more."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
