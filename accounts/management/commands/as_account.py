"""Run a command in the scope of one account, or of all: `as_account 5 dumpdata crm`, `as_account every dumpdata`."""

from argparse import REMAINDER, ArgumentParser
from typing import Any

from django.core.management import BaseCommand, call_command

from accounts.tenancy import every_account, tenant


class Command(BaseCommand):
    help = "Run a management command in the scope of one account (its id) or of `every` account."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", help="an account's id, or the word every")
        parser.add_argument("command", nargs=REMAINDER)

    def handle(self, *_args: Any, account: str, command: list[str], **_options: Any) -> None:
        scope = every_account("as_account") if account == "every" else tenant(int(account))
        with scope:
            call_command(*command)
