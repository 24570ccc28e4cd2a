"""A thousand unchanged mailboxes on a server with a round trip, and both ways to ask for news in all of them."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis
import trustme
from django.conf import settings
from django.utils import timezone

from accounts.tenancy import every_account
from bench import product
from bench.processes import cpu_seconds, family
from bench.product import Server, Worker
from crm_mail.embedded.ports import free_port
from mailboxes.models import Mailbox
from mailkit.types import Security
from sync.tasks import start_rounds

MAILBOXES_PER_ACCOUNT = 20
SLOTS = 64


@dataclass(frozen=True, slots=True)
class Spent:
    """What asking in all mailboxes took."""

    seconds: float
    cpu: float  # of the client's processes; ours: with the database's and the queue's
    worker_cpu: float = 0.0


@dataclass(frozen=True, slots=True)
class SlowServer:
    """bench.slow_server in a process of its own."""

    port: int
    control: int
    ca_file: Path

    def deliver(self, user: str, number: int) -> None:
        self._ask(f"{user} {number}")

    def move_away(self, round_trip: float) -> None:
        """From now on each answer comes so many seconds later."""
        self._ask(f"round-trip {round_trip}")

    def count_idle(self) -> int:
        return int(self._ask("count"))

    def _ask(self, line: str) -> str:
        with socket.create_connection(("127.0.0.1", self.control)) as control:
            control.sendall(f"{line}\n".encode())
            return control.recv(64).decode()


@contextmanager
def slow_server(directory: Path) -> Iterator[SlowServer]:
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    ca_file, certificate = directory / "ca.pem", directory / "server.pem"
    authority.cert_pem.write_to_path(ca_file)
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(certificate)
    server = SlowServer(free_port(), free_port(), ca_file)
    options = ["--port", str(server.port), "--control", str(server.control), "--certificate", str(certificate)]
    command = ["-m", "bench.slow_server", *options]
    with product.started("slow_server", command, directory, {}):
        product.wait_for(lambda: product.answers(server.control), "the slow server")
        yield server


def connect_mailboxes(server: SlowServer, count: int) -> list[Mailbox]:
    """Mailboxes user0, user1, ... in accounts of MAILBOXES_PER_ACCOUNT each."""
    product.clear_everything()
    where = Server(server.port, Security.TLS)
    mailboxes: list[Mailbox] = []
    for start in range(0, count, MAILBOXES_PER_ACCOUNT):
        account = product.new_account(f"bench{start}", with_contacts=False)
        numbers = range(start, min(count, start + MAILBOXES_PER_ACCOUNT))
        mailboxes += [
            product.new_mailbox(account, where, f"user{number}", address=f"user{number}@bench.example")
            for number in numbers
        ]
    return mailboxes


@dataclass(frozen=True, slots=True)
class PollingPlace:
    server: SlowServer
    worker: Worker
    count: int

    def ours(self) -> Spent:
        """One round: all are due, and the schedule's own task finds them."""
        _set_all_due()
        servers = [*family(product.postmaster()), _broker()]
        cpu_before, worker_before = cpu_seconds(servers), cpu_seconds(self.worker.pids())
        began = time.perf_counter()
        start_rounds.delay()
        product.wait_for(lambda: product.unfinished_count() == 0, "the round", pause=0.05)
        seconds = time.perf_counter() - began
        worker = cpu_seconds(self.worker.pids()) - worker_before
        servers = sorted({*servers, *family(product.postmaster())})
        return Spent(seconds, worker + cpu_seconds(servers) - cpu_before, worker)

    def theirs(self) -> Spent:
        options = ["--port", str(self.server.port), "--ca", str(self.server.ca_file)]
        sizes = ["--mailboxes", str(self.count), "--threads", str(SLOTS)]
        command = [sys.executable, "-m", "bench.slow_client", *options, *sizes]
        return Spent(
            **json.loads(subprocess.run(command, check=True, capture_output=True).stdout) | {"worker_cpu": 0.0}
        )


@contextmanager
def polling_place(directory: Path, *, mailboxes: int) -> Iterator[PollingPlace]:
    """Mailboxes that have been imported."""
    with ExitStack() as closing:
        server = closing.enter_context(slow_server(directory))
        # In life a thousand mailboxes lie on many hosts, each with a limit of its own.
        slots = {"SYNC_THREADS": str(SLOTS), "SYNC_ROUNDS": "1", "HOST_CONNECTIONS": str(mailboxes)}
        environment = {"MAIL_CA_FILE": str(server.ca_file), **slots}
        running = closing.enter_context(product.worker(directory, pool="threads", slots=8, settings=environment))
        product.import_all(connect_mailboxes(server, mailboxes))
        place = PollingPlace(server, running, mailboxes)
        place.ours()
        yield place


def _set_all_due() -> None:
    with every_account("bench: all are due"):
        Mailbox.objects.update(next_sync_at=timezone.now())


def _broker() -> int:
    return int(redis.Redis.from_url(settings.REDIS_URL).info("server")["process_id"])
