"""An API token for a member, with all scopes they may have; printed alone on the last line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from accounts.models import Membership
from accounts.tenancy import every_account, tenant
from accounts.tokens import allowed_scopes, create_token


class Command(BaseCommand):
    help = "Create an API token. The secret stands alone on the last line of the output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--account", metavar="SLUG", help="needed when the user belongs to several accounts")
        parser.add_argument("--name", default="command line")

    def handle(self, *_args: Any, email: str, account: str | None, name: str, **_options: Any) -> None:
        with every_account("create_token"):
            members = Membership.objects.select_related("account", "user").filter(user__email=email.lower())
            found = list(members.filter(account__slug=account) if account else members)
        if not found:
            raise CommandError(f"no member {email}" + (f" in account {account}" if account else ""))
        if len(found) > 1:
            slugs = ", ".join(member.account.slug for member in found)
            raise CommandError(f"{email} belongs to several accounts, name one by --account: {slugs}")
        with tenant(found[0].account_id):
            _token, secret = create_token(found[0], name=name, scopes=allowed_scopes(found[0]))
        self.stdout.write(secret)
