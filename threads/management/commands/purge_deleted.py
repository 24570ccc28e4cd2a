"""`manage.py purge_deleted`: delete for good what has lain in Deleted for DELETED_DAYS."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.tenancy import tenant
from threads.purging import count_due, purge_mailbox


class Command(BaseCommand):
    help = (
        "Delete for good all letters that have lain in Deleted for DELETED_DAYS. The workers do the same every ten "
        "minutes. May be broken off and started again; nothing is deleted on a mail server."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many letters it would delete")
        parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")

    def handle(self, *_args: Any, **options: Any) -> None:
        now = timezone.now()
        due = count_due(now)
        figures = {"days": settings.DELETED_DAYS, "due": sum(due.values()), "mailboxes": len(due)}
        if not options["dry_run"]:
            figures |= self.purge(list(due), now)
        words = ", ".join(f"{name} {count}" for name, count in figures.items())
        self.stdout.write(json.dumps(figures) if options["json"] else words)

    def purge(self, mailboxes: list[tuple[int, int]], now: datetime) -> dict[str, int]:
        """`busy`: mailboxes that somebody works on at the moment."""
        purged = busy = 0
        for account_id, mailbox_id in mailboxes:
            with tenant(account_id):
                while count := purge_mailbox(mailbox_id, now=now):
                    purged += count
            busy += count is None
        return {"purged": purged, "busy": busy}
