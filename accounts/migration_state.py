"""Migrations of an empty database in a third of the time.

For each new index and constraint Django builds anew all models near its own, so that SQL may be written from them.
That is most of the work. Nobody refers to an index or a constraint of another model, so here the model stays which it
is, and learns its new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ProjectState

AppendOption = Callable[[ProjectState, str, str, str, Any], None]


@contextmanager
def quick_additions() -> Iterator[None]:
    """For a migration forwards; RunPython is still given models built anew (`is_delayed`)."""
    of_django = ProjectState._append_option  # type: ignore[attr-defined]  # noqa: SLF001
    ProjectState._append_option = _append_option  # type: ignore[attr-defined]  # noqa: SLF001
    try:
        yield
    finally:
        ProjectState._append_option = of_django  # type: ignore[attr-defined]  # noqa: SLF001


def _append_option(state: ProjectState, app_label: str, model_name: str, option: str, value: object) -> None:
    """`option` is "indexes" or "constraints"."""
    options = state.models[app_label, model_name].options
    options[option] = [*options[option], value]
    if "apps" not in state.__dict__:
        return  # nothing was built yet
    state.is_delayed = True
    meta = state.apps.get_model(app_label, model_name)._meta
    setattr(meta, option, [*getattr(meta, option), value])
