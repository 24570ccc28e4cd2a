"""Requirement files come from pyproject.toml, with hashes and without any address."""

import re
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent.parent
ADDRESS = re.compile(r"https?://|file:|--(?:extra-)?index|--find-links")
REQUIREMENT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)


def text(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def normalized(name: str) -> str:
    """As packages are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(name: str) -> set[str]:
    return {normalized(found) for found, _version in REQUIREMENT.findall(text(name))}


def wanted(*, with_tools: bool) -> set[str]:
    project = tomllib.loads(text("pyproject.toml"))
    lists = [project["project"]["dependencies"]]
    if with_tools:
        lists += [project["project"]["optional-dependencies"]["embedded"], project["dependency-groups"]["dev"]]
    return {normalized(re.split(r"[\[<>=~! ]", entry)[0]) for entries in lists for entry in entries}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-production.txt"])
def test_a_requirement_file_names_no_address(name: str) -> None:
    assert ADDRESS.findall(text(name)) == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-production.txt"])
def test_every_requirement_has_a_hash(name: str) -> None:
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text(name))
    bare = [block for block in blocks if REQUIREMENT.match(block) and "--hash=sha256:" not in block]
    assert bare == []


def test_what_pyproject_asks_for_is_pinned() -> None:
    assert wanted(with_tools=True) <= pinned("requirements.txt")
    assert wanted(with_tools=False) <= pinned("requirements-production.txt")


def test_production_does_not_install_embedded_services_or_tools() -> None:
    extra = wanted(with_tools=True) - wanted(with_tools=False)
    assert pinned("requirements-production.txt").isdisjoint(extra)


def test_both_files_pin_the_same_versions() -> None:
    everything = dict(REQUIREMENT.findall(text("requirements.txt")))
    production = dict(REQUIREMENT.findall(text("requirements-production.txt")))
    assert {name: everything.get(name) for name in production} == production
