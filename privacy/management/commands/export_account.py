"""`manage.py export_account SLUG FILE`: a whole account as an archive, for who runs the instance.

All mail, that of personal mailboxes too: who has the database has it anyway. It stands in the account's audit log.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.audit import record
from accounts.models import Account
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from privacy.account_export import write_account
from privacy.account_tables import Asker


class Command(BaseCommand):
    help = "Write everything of an account into a zip file, the mail of personal mailboxes included."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="short name of the account")
        parser.add_argument("file", type=Path, help="must not be there yet")

    def handle(self, *_args: Any, slug: str, file: Path, **_options: Any) -> None:
        account = Account.objects.filter(slug=slug).first()
        if account is None:
            raise CommandError(f"There is no account {slug}.")
        try:
            out = file.open("xb")
        except OSError as error:
            raise CommandError(str(error)) from error
        with out, tenant(account):
            record(None, "account.exported", target=account)
            packed = write_account(out, account, Asker(Mailbox.objects.exclude(state=Mailbox.State.REMOVING)))
        self.stdout.write(f"{packed.letters} letters, {packed.missing} files of letters could not be fetched")
