"""Providers of a test, beside those of the table that mailkit.providers reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailkit import providers

CACHED = ("list_providers", "_by_domain", "_by_parent", "_by_mx", "_by_host")


def add_providers(monkeypatch: pytest.MonkeyPatch, folder: Path, toml: str) -> None:
    """Once `monkeypatch` is undone, `forget_table` must be called."""
    extended = folder / "providers.toml"
    extended.write_text(providers.TABLE.read_text(encoding="utf-8") + toml, encoding="utf-8")
    monkeypatch.setattr(providers, "TABLE", extended)
    forget_table()


def forget_table() -> None:
    """It is read again when it is needed next."""
    for name in CACHED:
        getattr(providers, name).cache_clear()
