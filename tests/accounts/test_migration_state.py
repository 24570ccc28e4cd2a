"""A model learns its new index or constraint as if it were built anew, and stays the one its relatives refer to."""

from __future__ import annotations

import pytest
from django.db import models
from django.db.migrations.operations import AddConstraint, AddIndex
from django.db.migrations.state import ModelState, ProjectState

from accounts.migration_state import quick_additions

INDEX = AddIndex("page", models.Index(fields=["name"], name="page_name"))
CONSTRAINT = AddConstraint("page", models.UniqueConstraint(fields=["name"], name="page_once"))


@pytest.fixture
def state() -> ProjectState:
    """Two models, of which one refers to the other."""
    page = ModelState("shelf", "Page", [("id", models.AutoField(primary_key=True)), ("name", models.TextField())])
    link = ModelState(
        "shelf",
        "Link",
        [("id", models.AutoField(primary_key=True)), ("page", models.ForeignKey("shelf.Page", models.CASCADE))],
    )
    made = ProjectState()
    for model in (page, link):
        made.add_model(model)
    return made


def options(state: ProjectState) -> tuple[list[str], list[str]]:
    meta = state.apps.get_model("shelf", "page")._meta
    return [index.name for index in meta.indexes], [constraint.name for constraint in meta.constraints]


def test_what_is_added_is_there_at_once_and_when_the_model_is_built_anew(state: ProjectState) -> None:
    page, link = (state.apps.get_model("shelf", name) for name in ("page", "link"))
    with quick_additions():
        INDEX.state_forwards("shelf", state)
        CONSTRAINT.state_forwards("shelf", state)
    assert options(state) == (["page_name"], ["page_once"])
    assert state.apps.get_model("shelf", "page") is page
    assert link._meta.get_field("page").related_model is page
    state.clear_delayed_apps_cache()  # as before the code of a migration
    assert state.apps.get_model("shelf", "page") is not page
    assert options(state) == (["page_name"], ["page_once"])


def test_a_state_from_which_nothing_was_built_learns_it_too(state: ProjectState) -> None:
    with quick_additions():
        INDEX.state_forwards("shelf", state)
    assert options(state) == (["page_name"], [])


def test_it_ends_with_the_migration(state: ProjectState) -> None:
    before = state.apps.get_model("shelf", "page")
    with quick_additions():
        pass
    INDEX.state_forwards("shelf", state)
    assert state.apps.get_model("shelf", "page") is not before
