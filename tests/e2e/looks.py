"""What every screen must hold to: no serious fault of accessibility, nothing wider than the window."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
SERIOUS = ("serious", "critical")


def assert_accessible(page: Page) -> None:
    """axe-core on the page as it stands. It cannot look into a letter's frame, where no script may run."""
    page.wait_for_load_state()
    page.evaluate(f"{AXE};0")
    found = page.evaluate("axe.run()")["violations"]
    faults = [(fault["id"], [node["html"][:160] for node in fault["nodes"]]) for fault in found]
    assert [fault for fault, kind in zip(faults, found, strict=True) if kind["impact"] in SERIOUS] == []


def assert_not_wider_than_window(page: Page) -> None:
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def assert_scrolls_inside(page: Page) -> None:
    """The page scrolls beside the rail: what is hidden from sight must not make the window itself longer."""
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0
