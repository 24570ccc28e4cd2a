"""Makes `.venv` and installs requirements.txt into it. Run as a file by the launcher, with the Python it found."""

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
VENV = PROJECT / ".venv"
VENV_PYTHON = str(VENV / "bin" / "python")
REQUIREMENTS = PROJECT / "requirements.txt"
STAMP = VENV / "crm-mail.stamp"  # the launcher reads it too
# Two packages are published as sources only; they are plain Python.
PIP_OPTIONS = ["install", "--quiet", "--disable-pip-version-check", "--no-input", "--use-pep517"]
DEBIAN_WHEELS = Path("/usr/share/python-wheels")  # from Debian's package python3-pip-whl


class InstallError(Exception):
    """In words for the person at the terminal."""


@dataclass(frozen=True)
class Installer:
    name: str
    command: list[str]
    venv_has_pip: bool = False


def main() -> int:
    # Two terminals, two commands, one .venv: the second waits here and then finds it done.
    lock = os.open(PROJECT, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        if not is_complete():
            install()
    except (InstallError, OSError) as error:
        print(f"crm-mail: the installation failed: {error}", file=sys.stderr)
        return 1
    finally:
        os.close(lock)
    return 0


def is_complete() -> bool:
    return STAMP.is_file() and STAMP.read_bytes() == REQUIREMENTS.read_bytes() and venv_works()


def venv_works() -> bool:
    """A .venv may outlive the Python it was made with, for instance after an upgrade of the system."""
    try:
        return (
            subprocess.run([VENV_PYTHON, "-c", "import environ"], check=False, stderr=subprocess.DEVNULL).returncode
            == 0
        )
    except OSError:
        return False


def install() -> None:
    wanted = REQUIREMENTS.read_bytes()
    # A stamp says that an installation was completed here once: newer requirements go on top of it.
    is_upgrade = STAMP.is_file() and venv_works()
    STAMP.unlink(missing_ok=True)
    for installer in available_installers():
        version = ".".join(map(str, sys.version_info[:2]))
        print(f"crm-mail: installing into .venv (Python {version}, {installer.name}) ...", flush=True)
        if not is_upgrade:
            make_venv(with_pip=installer.venv_has_pip)
        arguments = ["--require-hashes", "-r", str(REQUIREMENTS)]
        if subprocess.run([*installer.command, *arguments], check=False).returncode == 0:
            STAMP.write_bytes(wanted)
            return
        # uv does not read pip's configuration: a mirror may be known to pip alone. So the next one gets its turn.
    raise InstallError("see above. Nothing to install with? Debian, Ubuntu: sudo apt install python3-venv")


def make_venv(*, with_pip: bool) -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    venv.create(VENV, with_pip=with_pip, symlinks=True)


def available_installers() -> Iterator[Installer]:
    """What can install here, best first. Debian's Python has no ensurepip: its pip may have to come from outside."""
    if shutil.which("uv"):
        yield Installer("uv", ["uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", VENV_PYTHON])
    if importlib.util.find_spec("ensurepip"):
        yield Installer("pip", [VENV_PYTHON, "-m", "pip", *PIP_OPTIONS], venv_has_pip=True)
    elif importlib.util.find_spec("pip"):
        yield Installer("pip of the system", [sys.executable, "-m", "pip", "--python", VENV_PYTHON, *PIP_OPTIONS])
    elif wheels := sorted(DEBIAN_WHEELS.glob("pip-*.whl")):
        yield Installer("pip of Debian", [VENV_PYTHON, str(wheels[-1] / "pip"), *PIP_OPTIONS])


if __name__ == "__main__":
    sys.exit(main())
