"""An own PostgreSQL server on loopback: made by initdb at the first start, then a child like the others.

TCP with a password and no unix socket: a socket's path is limited to 107 bytes, which a deep clone exceeds.
"""

import locale
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from crm_mail.embedded import ports
from crm_mail.embedded.binaries import find_postgres, reachable_postgres
from crm_mail.embedded.errors import EmbeddedError
from crm_mail.embedded.processes import Child, Program, identity
from crm_mail.embedded.state import PROJECT, State, write_private

ROLES = PROJECT / "docker" / "postgres" / "roles.sql"
DATABASE = "crm"
OLDEST = 16  # before, a NOINHERIT role could not use its rights as the database's owner
BUILTIN_LOCALES_SINCE = 17
READY_SECONDS = 60
UTF8_LOCALES = ("C.UTF-8", "en_US.UTF-8", "UTF-8")  # the last two for macOS
# PostgreSQL's programs read variables of their own (PGDATA, PGPORT ...): they get a clean environment.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
SETTINGS = {"max_connections": "100", "shared_buffers": "128MB", "timezone": "UTC", "jit": "off"}
# A test database may be lost in a power cut; waiting for the disk would cost half of the run.
# Each thread of a browser test's server keeps a connection, and several tests' servers run at once.
TEST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "400",
}


class Postgres:
    """`start` leaves a server with the three roles and an empty or older database `crm`."""

    def __init__(self, state: State, settings: Mapping[str, str] | None = None) -> None:
        self.state = state
        self.secrets = state.secrets()
        self.settings = {**SETTINGS, **(settings or {})}
        self.bin = reachable_postgres(find_postgres(), state.account, state.path / "programs")
        self.version = major_version(self.bin)
        self.data = state.path / f"pg{self.version}"
        self.port = ports.free_port()
        self.child = Child(self.program(), state.directory("logs") / "postgres.log")

    def url(self, role: str, password: str) -> str:
        return f"postgres://{role}:{password}@{ports.HOST}:{self.port}/{DATABASE}"

    def start(self) -> Child:
        self.make_cluster()
        self.stop_leftover()
        self.child.start()
        self.wait_until_ready()
        # By standard input: the clone may lie where the server's account cannot read.
        self.psql("-f", "-", script=ROLES.read_text(encoding="utf-8"))
        # Only here: tests run on this server, and the owner makes their databases.
        self.psql("-c", "ALTER ROLE crm_owner CREATEDB")
        self.check_cyrillic()
        return self.child

    def program(self) -> Program:
        settings = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        where = ["-D", str(self.data), "-h", ports.HOST, "-p", str(self.port), "-c", "unix_socket_directories="]
        return Program(
            name="postgres",
            command=[str(self.bin / "postgres"), *where, *settings],
            environment=ENVIRONMENT,
            directory=Path("/"),
            account=self.state.account,
            stop_signal=signal.SIGINT,  # "fast": roll back what is open and end, do not wait for clients
        )

    def make_cluster(self) -> None:
        """Made aside and renamed: an interrupted initdb leaves nothing that looks like data."""
        if self.data.exists():
            return
        self.refuse_other_version()
        aside = self.state.path / "new-cluster"
        shutil.rmtree(aside, ignore_errors=True)
        self.state.directory(aside.name)
        password_file = self.state.path / "initdb-password"
        write_private(password_file, self.secrets.postgres)
        if self.state.account:
            self.state.account.take(password_file)
        options = ["-U", "postgres", "-E", "UTF8", "--auth=scram-sha-256", f"--pwfile={password_file}"]
        self.run("initdb", "-D", str(aside), *options, *locale_options(self.version), "--no-instructions", "-N")
        password_file.unlink()
        aside.rename(self.data)

    def refuse_other_version(self) -> None:
        """A wheel of the next major version cannot read the data; starting empty would look like a loss."""
        for other in self.state.path.glob("pg[0-9]*"):
            raise EmbeddedError(
                f"The data of this instance is of PostgreSQL {other.name[2:]}, and this is PostgreSQL {self.version}. "
                'See "Upgrade" in docs/operations.md.'
            )

    def stop_leftover(self) -> None:
        """A supervisor that was killed may leave its server behind, on this very data directory."""
        if (self.data / "postmaster.pid").exists():
            self.try_run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while self.try_run("pg_isready", "-q", *self.connection()).returncode != 0:
            if not self.child.is_alive() or time.monotonic() > deadline:
                raise EmbeddedError(f"PostgreSQL did not start:\n{self.child.last_words()}")
            time.sleep(0.02)

    def check_cyrillic(self) -> None:
        """With LC_CTYPE=C pg_trgm drops every letter that is not ASCII: search would silently find nothing."""
        question = "SELECT cardinality(show_trgm('Мир')) > 0 AND lower('МИР') = 'мир'"
        # Rolled back: in the application's database the extension belongs to migrations.
        answer = self.psql("-c", f"BEGIN; CREATE EXTENSION IF NOT EXISTS pg_trgm; {question}; ROLLBACK")
        if answer.strip() != "t":
            raise EmbeddedError(f"This PostgreSQL ({self.bin}) does not know Cyrillic letters: no UTF-8 locale found.")

    def connection(self) -> list[str]:
        return ["-h", ports.HOST, "-p", str(self.port), "-U", "postgres", "-d", "postgres"]

    def psql(self, *arguments: str, script: str = "") -> str:
        return self.run("psql", *self.connection(), "-X", "-q", "-A", "-t", *arguments, script=script)

    def run(self, name: str, *arguments: str, script: str = "") -> str:
        result = self.try_run(name, *arguments, script=script)
        if result.returncode != 0:
            raise EmbeddedError(f"PostgreSQL's {name} failed:\n{result.stdout}{result.stderr}")
        return result.stdout

    def try_run(self, name: str, *arguments: str, script: str = "") -> subprocess.CompletedProcess[str]:
        passwords = {
            "PGPASSWORD": self.secrets.postgres,
            "CRM_OWNER_PASSWORD": self.secrets.owner,
            "CRM_APP_PASSWORD": self.secrets.app,
            "CRM_DATABASE": DATABASE,
        }
        return subprocess.run(
            [str(self.bin / name), *arguments],
            env={**ENVIRONMENT, "PGCLIENTENCODING": "UTF8", **passwords},
            cwd="/",
            check=False,
            input=script,
            capture_output=True,
            encoding="utf-8",
            **identity(self.state.account),
        )


def major_version(bin_directory: Path) -> int:
    words = subprocess.run([bin_directory / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    found = re.search(r"\d+", words)
    version = int(found.group()) if found else 0
    if version < OLDEST:
        raise EmbeddedError(f"PostgreSQL {OLDEST} or later is needed; {bin_directory} has: {words.strip()}")
    return version


def locale_options(version: int) -> list[str]:
    """LC_CTYPE must be UTF-8, see check_cyrillic. The builtin provider sorts the same on every system."""
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if version >= BUILTIN_LOCALES_SINCE else []
    return [*builtin, f"--locale={utf8_locale()}"]


def utf8_locale() -> str:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in UTF8_LOCALES:
            try:
                return locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    raise EmbeddedError(f"No UTF-8 locale found on this system. One of these is needed: {', '.join(UTF8_LOCALES)}.")
