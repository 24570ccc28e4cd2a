"""The listener: takes mail to the smart addresses by SMTP, and by LMTP from a mail server in front."""

from __future__ import annotations

import asyncio
import socket
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from crm_mail.management.commands.watch import allow_many_sockets
from smart_addresses.listener import Doors, listen, open_doors


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # they load all pages and the API; `web` and `migrate` have made them
    help = "Take mail to the smart addresses (SMTPD_... in .env.example). Ends at SIGTERM, after the letters under way."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fd", type=int, help="a socket that listens already, handed down, instead of SMTPD_PORT")

    def handle(self, *_args: Any, fd: int | None, **_options: Any) -> None:
        allow_many_sockets()
        try:
            doors = open_doors() if fd is None else Doors([socket.socket(fileno=fd)])
        except OSError as error:
            raise CommandError(f"Cannot listen: {error}") from error
        asyncio.run(listen(doors))
