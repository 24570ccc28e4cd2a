"""A demo account on the embedded mail server: people, mailboxes, a few customers and leads."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import transaction
from django.utils import translation

from accounts.models import Account, Membership, User
from accounts.services import create_account
from accounts.tenancy import tenant
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.leads import LeadValues, create_lead
from crm.models import Contact
from crm.pipelines import default_stage
from crm_mail.embedded.demo_people import ACCOUNT_NAME, COLLEAGUES, CORRESPONDENTS, MAIL_HOST, Colleague, Correspondent
from mailboxes.models import Mailbox
from mailboxes.requests import ConnectRequest, ServerRequest
from mailboxes.services import connect_mailbox
from mailkit.types import Secret, Security

# Every second one is a contact already: the others show what a letter of a stranger looks like.
KNOWN = CORRESPONDENTS[::2]
LEADS = (("40 desks", "9540"), ("Meeting room", "3200"), ("Yearly service", "1800"), ("Reception counter", "6150"))


class Command(BaseCommand):
    help = "Create the demo account. Needs the demo mail server (DEMO_IMAP_PORT, DEMO_SMTP_PORT)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--first-start", action="store_true", help="do nothing when any account exists already")

    def handle(self, *_args: Any, first_start: bool, **_options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError("demo_data is for the embedded mode only: its passwords are public")
        if Account.objects.exists():
            if first_start:
                return
            raise CommandError("there is an account already; the demo belongs into an empty instance")
        create_demo()
        self.stdout.write(f"demo account: {len(COLLEAGUES)} people, {len(KNOWN)} contacts")


@transaction.atomic
def create_demo() -> None:
    """All of it or nothing, so that an interrupted first start begins anew. Only here we talk to a mail server inside a
    transaction: it is our own, on this machine, and nobody waits for a lock."""
    members = [create_member(colleague, position) for position, colleague in enumerate(COLLEAGUES)]
    with tenant(members[0].account_id), translation.override("en"):
        create_customers(members)
        for member, colleague in zip(members, COLLEAGUES, strict=True):
            connect_mailbox(member, demo_mailbox(colleague))


def create_member(colleague: Colleague, position: int) -> Membership:
    """The first one comes with the account, the others join it."""
    user = User.objects.create_user(
        colleague.email, colleague.password, name=colleague.name, language=colleague.language
    )
    if position == 0:
        return create_account(ACCOUNT_NAME, admin_email=user.email)
    account = Account.objects.get()
    with tenant(account):
        return Membership.objects.create(user=user, role=colleague.role, mail_access_all=True)


def demo_mailbox(colleague: Colleague) -> ConnectRequest:
    def server(variable: str) -> ServerRequest:
        port = int(os.environ[variable])
        return ServerRequest(MAIL_HOST, port, Security.NONE, colleague.email, Secret(colleague.mailbox_password))

    return ConnectRequest(
        address=colleague.email,
        display_name=colleague.name,
        kind=Mailbox.Kind.PERSONAL,
        imap=server("DEMO_IMAP_PORT"),
        smtp=server("DEMO_SMTP_PORT"),
    )


def create_customers(members: list[Membership]) -> None:
    by_language = {member.user.language: member for member in members}
    contacts = [create_customer(person, by_language.get(person.language, members[0])) for person in KNOWN]
    stages = list(default_stage().pipeline.stages.all())
    for position, (name, price) in enumerate(LEADS):
        contact = contacts[position]
        create_lead(
            LeadValues(
                name=name,
                price=Decimal(price),
                stage=stages[position % len(stages)],
                company=contact.company,
                responsible=contact.responsible,
                contacts=[contact],
            )
        )


def create_customer(person: Correspondent, responsible: Membership) -> Contact:
    first_name, _, last_name = person.name.partition(" ")
    company = write_company(CompanyValues(name=person.company, responsible=responsible))
    return create_contact(
        ContactValues(
            first_name=first_name,
            last_name=last_name,
            emails=[person.email],
            company=company,
            responsible=responsible,
        )
    )
