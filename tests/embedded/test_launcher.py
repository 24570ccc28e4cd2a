"""`./crm-mail` finds a Python or says in words what is missing. Run on a copy, in a directory with a space."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent.parent
SYSTEM = ("sh", "cmp", "dirname", "readlink", "cat", "env")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    place = tmp_path / "a clone"
    place.mkdir()
    for name in ("crm-mail", "requirements.txt"):
        shutil.copy(PROJECT / name, place / name)
    return place


def python_of_version(place: Path, version: tuple[int, int]) -> Path:
    """The real Python, which believes that it has another version."""
    place.parent.mkdir(exist_ok=True)
    lie = f"import sys; sys.version_info = ({version[0]}, {version[1]}, 0, 'final', 0)"
    place.write_text(f'#!/bin/sh\n[ "$1" = -c ] || exit 99\nexec "{sys.executable}" -c "{lie}\n$2"\n')
    place.chmod(0o755)
    return place


def run(clone: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(clone / "crm-mail"), *arguments],
        env={"PATH": os.environ["PATH"], **environment},
        cwd="/",
        check=False,
        capture_output=True,
        text=True,
    )


def path_with_only(place: Path, *pythons: tuple[str, tuple[int, int]]) -> str:
    place.mkdir()
    for name in SYSTEM:
        found = shutil.which(name)
        assert found
        (place / name).symlink_to(found)
    for name, version in pythons:
        python_of_version(place / name, version)
    return str(place)


def test_without_arguments_it_explains_itself(clone: Path) -> None:
    shown = run(clone)
    assert shown.returncode == 0
    assert all(f"./crm-mail {command}" in shown.stdout for command in ("up", "manage", "test", "check"))


def test_an_unknown_command_is_an_error(clone: Path) -> None:
    shown = run(clone, "upp")
    assert shown.returncode == 2
    assert "unknown command: upp" in shown.stderr


@pytest.mark.parametrize("version", [(3, 9), (3, 10), (3, 14)])
def test_a_named_python_of_a_wrong_version_is_refused(clone: Path, tmp_path: Path, version: tuple[int, int]) -> None:
    python = python_of_version(tmp_path / "bin" / "python", version)
    shown = run(clone, "up", PYTHON=str(python))
    assert shown.returncode == 1
    assert "is not a Python 3.11, 3.12 or 3.13" in shown.stderr
    assert not (clone / ".venv").exists()


def test_with_only_wrong_versions_it_says_what_to_install(clone: Path, tmp_path: Path) -> None:
    path = path_with_only(tmp_path / "bin", ("python3", (3, 14)), ("python", (3, 10)))
    shown = run(clone, "up", PATH=path)
    assert shown.returncode == 1
    assert "3.14 is not supported yet" in shown.stderr
    assert "apt install" in shown.stderr


def test_a_fitting_python_among_others_is_found(clone: Path, tmp_path: Path) -> None:
    path = path_with_only(tmp_path / "bin", ("python3", (3, 14)), ("python3.12", (3, 12)))
    # The copy has no crm_mail/embedded/install.py to run: the stand-in ends with 99 where installing would begin.
    assert run(clone, "up", PATH=path).returncode == 99


def test_an_interrupted_installation_is_done_again(clone: Path, tmp_path: Path) -> None:
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "python").symlink_to(sys.executable)  # there, but no stamp beside it
    path = path_with_only(tmp_path / "bin", ("python3", (3, 11)))
    assert run(clone, "up", PATH=path).returncode == 99
