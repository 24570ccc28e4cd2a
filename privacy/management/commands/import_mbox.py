"""`manage.py import_mbox MAILBOX FILE`: an .eml or mbox file of any size into a mailbox, at once (G16)."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError

from accounts.tenancy import every_account, tenant
from mailboxes.models import Mailbox
from privacy.errors import FileRefused
from privacy.importing import import_some, request_import
from privacy.models import MailImport


class Command(BaseCommand):
    help = "Import an .eml or mbox file into a mailbox. The same file again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("mailbox", type=int, help="its number, as in the address of its page")
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, mailbox: int, file: Path, **_options: Any) -> None:
        with every_account("import_mbox"):
            account_id = _importable().filter(pk=mailbox).values_list("account_id", flat=True).first()
        if account_id is None:
            raise CommandError("There is no such mailbox.")
        with tenant(account_id):
            order = _begin(_importable().get(pk=mailbox), file)
            while import_some(order.pk):
                order.refresh_from_db()
                self.stdout.write(f"{order.letter_count} letters")
            order.refresh_from_db()
        self.stdout.write(
            f"{order.state}: {order.new_count} new, {order.known_count} known, {order.skipped_count} left out, "
            f"{order.failed_count} failed"
        )
        for failure in order.failures:
            self.stdout.write(f"letter {failure['number']}: {failure['reason']}")


def _begin(mailbox: Mailbox, path: Path) -> MailImport:
    try:
        with path.open("rb") as file:
            return request_import(None, mailbox, File(file), path.name)
    except (OSError, FileRefused) as error:
        raise CommandError(str(error)) from error


def _importable() -> Any:  # noqa: ANN401  (a queryset)
    return Mailbox.objects.exclude(state=Mailbox.State.REMOVING).exclude(kind=Mailbox.Kind.SYSTEM)
