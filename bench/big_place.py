"""Databases full of letters, each with web servers of its own: the product's, and one of plain views to compare with.

Made when first asked for, in databases beside the one that other benchmarks empty.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from bench import product
from bench.big_data import LETTERS_A_THREAD, BigAccount
from crm_mail.embedded.ports import free_port
from crm_mail.embedded.processes import Child, Program
from crm_mail.embedded.state import PROJECT

# As docker/entrypoint.sh starts them; both sides alike.
GUNICORN = ("gunicorn", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--no-control-socket")
FULL = 50 * 2 * LETTERS_A_THREAD  # letters: enough for a page of conversations
MIGRATE = ["manage.py", "migrate", "--verbosity", "0"]
COLLECT = ["manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
URLS = ("DATABASE_URL", "DATABASE_OWNER_URL")


@dataclass(frozen=True, slots=True)
class BigPlace:
    """A database of so many letters and the ports of its two web servers."""

    accounts: list[BigAccount]
    environment: dict[str, str]
    port: int
    plain_port: int
    children: tuple[Child, ...]

    def asking(self, account: BigAccount, **headers: str) -> dict[str, str]:
        """The headers of its administrator's browser."""
        return {"Cookie": f"sessionid={account.session}", **headers}

    @property
    def largest(self) -> BigAccount:
        return max(self.accounts, key=lambda account: account.letters)

    def some_account(self, dice: random.Random) -> BigAccount:
        """Large ones as often as they have letters; none that would not fill a page."""
        return dice.choices(self.full, [account.letters for account in self.full])[0]

    @property
    def full(self) -> list[BigAccount]:
        return [account for account in self.accounts if account.letters >= FULL] or [self.largest]

    def stop(self) -> None:
        for child in self.children:
            child.stop()


def open_place(size: int, directory: Path) -> BigPlace:
    static = {"STATIC_ROOT": str(directory / "static")}
    environment = {**os.environ, **_own_database(f"crm_big_{size}"), **static}
    result = directory / f"big-{size}.json"
    for command in (MIGRATE, COLLECT, _fill(size, result)):
        subprocess.run([sys.executable, *command], cwd=PROJECT, env=environment, check=True)
    accounts = [BigAccount(**account) for account in json.loads(result.read_text())]
    return open_servers(accounts, environment, directory)


def open_servers(accounts: list[BigAccount], environment: dict[str, str], directory: Path) -> BigPlace:
    port, plain_port = free_port(), free_port()
    web = serve("web", "crm_mail.wsgi:application", port, environment, directory)
    plain_settings = {"DJANGO_SETTINGS_MODULE": "bench.plain.settings", "BENCH_SAVED_PAGES": str(directory)}
    plain = serve("plain", "bench.plain.wsgi:application", plain_port, {**environment, **plain_settings}, directory)
    return BigPlace(accounts, environment, port, plain_port, (web, plain))


def _fill(size: int, result: Path) -> list[str]:
    return ["-m", "bench.big_data", "--size", str(size), "--result", str(result)]


def _own_database(name: str) -> dict[str, str]:
    """Empty, of the same owner: the environment that leads there."""
    with closing(psycopg2.connect(os.environ["DATABASE_OWNER_URL"])) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {name}")
    return {url: f"{os.environ[url].rpartition('/')[0]}/{name}" for url in URLS}


def serve(name: str, application: str, port: int, environment: dict[str, str], directory: Path) -> Child:
    options = ["--bind", f"127.0.0.1:{port}", "--worker-tmp-dir", "/dev/shm"]
    program = Program(name, [sys.executable, "-m", *GUNICORN, *options, application], environment, PROJECT)
    child = Child(program, directory / f"{name}-{port}.log")
    child.start()
    product.wait_for(lambda: product.answers(port), f"the server {name}")
    return child
