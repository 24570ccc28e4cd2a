"""`manage.py sync_mailbox ID`: visit one mailbox now, here, and say what came of it."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.tenancy import every_account, tenant
from mailboxes import leases
from mailboxes.models import Mailbox
from sync.mailbox_sync import Next, sync_mailbox
from sync.visit import deadline_from_now
from threads.models import Message


class Command(BaseCommand):
    help = "Visit one mailbox now, until everything new is here. Exit code 1: somebody works on it, or it failed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("mailbox", type=int, metavar="ID")
        parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        with every_account("the mailbox of a command"):
            mailbox = Mailbox.objects.filter(pk=options["mailbox"]).first()
        if mailbox is None:
            raise CommandError(f"There is no mailbox {options['mailbox']}.")
        with tenant(mailbox.account_id):
            self.report(self.visit(mailbox), as_json=options["json"])

    def visit(self, mailbox: Mailbox) -> dict[str, Any]:
        before = Message.objects.filter(mailbox=mailbox).count()
        then = Next.IMPORT
        while then is Next.IMPORT:
            lease = leases.claim(mailbox.pk)
            if lease is None:
                raise CommandError(
                    "Somebody works on this mailbox just now, or it is not to be synced. Try again later."
                )
            then = sync_mailbox(lease, deadline=deadline_from_now())
        mailbox.refresh_from_db()
        if mailbox.failure_count:
            raise CommandError(f"The visit failed: {mailbox.error_code or 'the connection was lost'}.")
        messages = Message.objects.filter(mailbox=mailbox).count()
        return {"mailbox": mailbox.pk, "state": mailbox.state, "new": messages - before, "messages": messages}

    def report(self, figures: dict[str, Any], *, as_json: bool) -> None:
        words = "{state}: {new} new letters, {messages} in all".format(**figures)
        self.stdout.write(json.dumps(figures) if as_json else words)
