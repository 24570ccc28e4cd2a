"""CRM Mail as the benchmarks see it: accounts and mailboxes in the database, worker processes, waiting for their work.

Only doors that the product itself uses: what is measured here is what an installation does.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import database_owner
from accounts.services import create_account
from accounts.tenancy import every_account, tenant
from bench.corpus import OWNER, client_emails
from bench.dovecot import PASSWORD
from bench.processes import family, parent
from crm.models import Contact, ContactEmail
from crm_mail.embedded.processes import Child, Program
from crm_mail.embedded.state import PROJECT
from mailboxes.models import Credential, Mailbox
from mailboxes.secrets import store_secret
from mailkit.addresses import email_key
from mailkit.types import Secret, Security
from sync.services import request_sync
from threads.models import Message

PATIENCE_SECONDS = 900
QUEUES = "interactive,sync,import,arrivals,send,maintenance,automation"
IMPORT_EVERYTHING = {"IMPORT_MESSAGES": "1000000", "IMPORT_DAYS": "0"}
CARD_EVERY = 4  # of the people that the corpus knows


@dataclass(frozen=True, slots=True)
class Worker:
    """A Celery worker, by its main process."""

    child: Child

    def pids(self) -> list[int]:
        return family(pid_of(self.child))

    def child_pids(self) -> list[int]:
        """Those that do the work of a prefork worker, and what they started."""
        return self.pids()[1:]

    def is_ready(self) -> bool:
        if not self.child.is_alive():
            raise RuntimeError(f"the worker ended: {self.child.last_words()}")
        return " ready." in self.child.log.read_text()


@contextmanager
def worker(
    directory: Path, *, pool: str, slots: int, queues: str = QUEUES, settings: Mapping[str, str] | None = None
) -> Iterator[Worker]:
    """A worker as an installation runs it, but its first imports bring all that a mailbox holds."""
    options = ["--without-gossip", "--without-mingle", "--without-heartbeat", "-n", f"bench{time.monotonic_ns()}@%h"]
    command = ["-m", "celery", "-A", "crm_mail", "worker", "-P", pool, "-c", str(slots), "-Q", queues, *options]
    with started("worker", command, directory, {**IMPORT_EVERYTHING, **(settings or {})}) as child:
        running = Worker(child)
        wait_for(running.is_ready, "the worker")
        yield running


@contextmanager
def started(name: str, command: list[str], directory: Path, settings: Mapping[str, str]) -> Iterator[Child]:
    """A Python program of the product, until the block ends."""
    program = Program(name, [sys.executable, *command], {**os.environ, **settings}, PROJECT)
    child = Child(program, directory / f"{name}-{time.monotonic_ns()}.log")
    child.start()
    try:
        yield child
    finally:
        child.stop()


def pid_of(child: Child) -> int:
    if child.process is None:
        raise RuntimeError(f"{child.program.name} was not started")
    return child.process.pid


@dataclass(frozen=True, slots=True)
class Server:
    """Where the mailboxes of a benchmark lie."""

    port: int
    security: Security = Security.NONE


def clear_everything() -> None:
    """No account, no mailbox, no letter: so each repetition begins like the first."""
    with database_owner(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_account, accounts_user CASCADE")


def vacuum() -> None:
    """As autovacuum does within a minute: the planner knows how much there is."""
    with database_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def new_account(name: str, *, with_contacts: bool = True) -> int:
    """With an administrator, and with cards for some of those who write."""
    member = create_account(name, admin_email=f"admin@{name}.example")
    account_id = member.account.pk
    with tenant(account_id):
        emails = client_emails()[::CARD_EVERY] if with_contacts else []
        contacts = Contact.objects.bulk_create([Contact(first_name=email, name=email) for email in emails])
        ContactEmail.objects.bulk_create(
            [
                ContactEmail(contact=contact, email=email, email_key=email_key(email))
                for contact, email in zip(contacts, emails, strict=True)
            ]
        )
    return account_id


def new_mailbox(account_id: int, server: Server, user: str, *, address: str = OWNER) -> Mailbox:
    """Connected, not yet imported. The check of the servers before is left out: there is no SMTP server here."""
    with tenant(account_id):
        mailbox = Mailbox.objects.create(
            address=address,
            address_key=email_key(address),
            kind=Mailbox.Kind.SHARED,
            imap_host="localhost",
            imap_port=server.port,
            imap_security=server.security,
            imap_username=user,
            smtp_host="localhost",
            smtp_username=user,
            next_sync_at=timezone.now(),
        )
        store_secret(mailbox, Credential.Field.IMAP_PASSWORD, Secret(PASSWORD))
    return mailbox


def ask_for_sync(mailbox: Mailbox) -> None:
    """The button "Sync now"; connecting a mailbox does the same."""
    with tenant(mailbox.account_id):
        request_sync(mailbox)


def imported_count() -> int:
    """Mailboxes whose first import has ended: all is committed, in threads, on cards and searchable."""
    with every_account("bench: progress"):
        return Mailbox.objects.filter(imported_at__isnull=False).count()


def only_member() -> Membership:
    """The administrator of the one account there is."""
    with every_account("bench: who asks"):
        return Membership.objects.select_related("user").get()


def message_count() -> int:
    with every_account("bench: progress"):
        return Message.objects.count()


def has_letter(message_id_header: str) -> bool:
    with every_account("bench: progress"):
        return Message.objects.filter(message_id_header=message_id_header).exists()


def unfinished_count() -> int:
    """Mailboxes that are due or being visited."""
    with every_account("bench: progress"):
        is_open = Q(lease_until__isnull=False) | Q(next_sync_at__lte=timezone.now())
        return Mailbox.objects.filter(is_open).count()


def postmaster() -> int:
    """PostgreSQL's first process: all of the server's others are its children."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    return parent(backend)


def import_all(mailboxes: list[Mailbox]) -> float:
    """From asking to the end of their first imports, in seconds."""
    before = imported_count()
    began = time.perf_counter()
    for mailbox in mailboxes:
        ask_for_sync(mailbox)
    wait_for(lambda: imported_count() - before == len(mailboxes), "the import", pause=0.02)
    return time.perf_counter() - began


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def wait_for(is_done: Callable[[], bool], what: str, *, pause: float = 0.005) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} has not come to an end")
        time.sleep(pause)
