"""Whatever a template does, it ends soon, and the next one is rendered."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from letter_templates.child import LIMITS
from letter_templates.errors import TemplateRefused
from letter_templates.rendering import SECONDS, check, render
from mailkit.child_pool import ChildFailed, ChildPool
from mailkit.child_process import pack
from tests.letter_templates.hostile import BOMBS

VALUES = {"user.name": "Ann"}
HARMLESS = {"many outputs", "many strings"}  # as long as the machine is not busy


def fault_of(act: Callable[[], object]) -> str:
    """Why it was refused; "" when it was not."""
    try:
        act()
    except TemplateRefused as refused:
        return refused.reason
    return ""


def test_the_limits_are_those_that_were_promised() -> None:
    assert (LIMITS.cpu_seconds, LIMITS.memory_bytes, SECONDS) == (2, 256 * 1024 * 1024, 2.5)
    assert len(BOMBS) >= 22


@pytest.mark.rule("K52")
@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_ends_at_saving_and_at_sending(kind: str) -> None:
    source = BOMBS[kind]
    faults = [fault_of(lambda: check(source, VALUES)), fault_of(lambda: render(source, VALUES, format="html"))]
    assert all(faults) or kind in HARMLESS
    assert render("{{ user.name }}", VALUES, format="html").text == "Ann"


def test_a_text_that_grows_too_long_is_refused() -> None:
    with pytest.raises(TemplateRefused) as caught:
        render("{{ a }}" * 1000, {"a": "x" * 10_000}, format="text")
    assert caught.value.reason == "too_large"


def test_a_source_that_is_too_long_does_not_even_reach_a_child() -> None:
    with pytest.raises(TemplateRefused) as caught:
        check("{{ a }}" * 50_000, ["a"])
    assert caught.value.reason == "too_long"
    assert "262144 characters" in caught.value.message


@pytest.mark.parametrize("kind", ["a string times a billion", "a power of powers", "nested loops", "a sum of many"])
def test_without_our_rules_the_process_is_what_stops_them(kind: str) -> None:
    """The limits alone: time, memory and depth."""
    bare = ChildPool("tests.letter_templates.bare_child")
    try:
        words = bare.ask(pack({}, BOMBS[kind].encode()), lambda words, _data: words, seconds=SECONDS, most_bytes=10**8)
        end = json.loads(words)["error"]
    except ChildFailed as failed:
        end = "too slow" if failed.is_too_slow else failed.detail
    finally:
        bare.close()
    assert end in {"too slow", "MemoryError", "RecursionError", "OverflowError", "SIGKILL", "SIGSEGV"}
