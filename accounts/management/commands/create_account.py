"""An account with its first administrator."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.core.validators import validate_email

from accounts.models import User
from accounts.services import create_account


class Command(BaseCommand):
    help = "Create an account. A new administrator gets a password, printed once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--admin", required=True, metavar="EMAIL")
        parser.add_argument("--admin-name", default="", metavar="NAME")

    def handle(self, *_args: Any, name: str, admin: str, admin_name: str, **_options: Any) -> None:
        try:
            validate_email(admin)
        except ValidationError as error:
            raise CommandError(f"--admin: {admin} is not an email address") from error
        is_new = not User.objects.filter(email=admin.lower()).exists()
        password = secrets.token_urlsafe(12) if is_new else None
        member = create_account(name, admin_email=admin, admin_name=admin_name, password=password)
        self.stdout.write(f"account {member.account.slug} (id {member.account_id}), administrator {admin}")
        if password:
            self.stdout.write(f"password {password}")
