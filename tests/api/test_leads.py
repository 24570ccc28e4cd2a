"""`leads/`, `pipelines/` and `stages/`."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from tests.api.client import ApiClient, assert_closed, json_of, problem_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def pipeline(alice_api: ApiClient) -> dict[str, Any]:
    made: dict[str, Any] = json_of(alice_api.post("pipelines/", {"name": "Wholesale"}), 201)
    return made


def test_a_new_pipeline_has_the_usual_stages(pipeline: dict[str, Any], alice_api: ApiClient) -> None:
    assert [stage["kind"] for stage in pipeline["stages"]] == ["open", "open", "open", "won", "lost"]
    listed = json_of(alice_api.get("stages/", pipeline=pipeline["id"]))["results"]
    assert listed == pipeline["stages"]


def test_a_lead_is_made_moved_and_deleted(alice_api: ApiClient, pipeline: dict[str, Any]) -> None:
    dana = json_of(alice_api.post("contacts/", {"first_name": "Dana"}), 201)["id"]
    asked = {"name": "100 chairs", "price": "1200.50", "pipeline": pipeline["id"], "contacts": [dana]}
    made = json_of(alice_api.post("leads/", asked), 201)
    assert {name: made[name] for name in asked} == asked
    assert made["stage"] == pipeline["stages"][0]["id"]
    path, won = f"leads/{made['id']}/", pipeline["stages"][3]["id"]
    moved = json_of(alice_api.patch(path, {"stage": won}))
    assert (moved["stage"], moved["contacts"], moved["price"]) == (won, [dana], "1200.50")
    assert moved["stage_since"] > made["stage_since"]
    for query in ({"contact": dana}, {"stage": won}, {"pipeline": pipeline["id"]}):
        assert [row["id"] for row in json_of(alice_api.get("leads/", **query))["results"]] == [made["id"]]
    assert json_of(alice_api.get("leads/", stage=pipeline["stages"][0]["id"]))["results"] == []
    assert alice_api.delete(path).status_code == 204
    problem_of(alice_api.get(path), 404)


def test_a_lead_without_a_stage_begins_in_the_first(alice_api: ApiClient, pipeline: dict[str, Any]) -> None:
    assert json_of(alice_api.post("leads/", {"name": "x"}), 201)["stage"] == pipeline["stages"][0]["id"]


def test_stage_and_pipeline_must_fit(alice_api: ApiClient, pipeline: dict[str, Any]) -> None:
    other = json_of(alice_api.post("pipelines/", {"name": "Retail"}), 201)
    asked = {"name": "x", "pipeline": other["id"], "stage": pipeline["stages"][0]["id"]}
    assert problem_of(alice_api.post("leads/", asked), 400)["errors"][0]["pointer"] == "#/stage"


def test_stages_are_added_changed_and_deleted(alice_api: ApiClient, pipeline: dict[str, Any]) -> None:
    added = json_of(alice_api.post("stages/", {"pipeline": pipeline["id"], "name": "Audit"}), 201)
    assert (added["position"], added["kind"]) == (5, "open")
    path = f"stages/{added['id']}/"
    assert json_of(alice_api.patch(path, {"position": 1}))["name"] == "Audit"
    json_of(alice_api.post("leads/", {"name": "x", "stage": added["id"]}), 201)
    problem_of(alice_api.delete(path), 409, "still-in-use")
    problem_of(alice_api.delete(f"pipelines/{pipeline['id']}/"), 409, "still-in-use")
    problem_of(alice_api.delete(f"{path}?move_to={added['id']}"), 400)
    assert alice_api.delete(f"{path}?move_to={pipeline['stages'][0]['id']}").status_code == 204
    assert json_of(alice_api.get("leads/"))["results"][0]["stage"] == pipeline["stages"][0]["id"]
    assert alice_api.delete(f"stages/{pipeline['stages'][2]['id']}/").status_code == 204


def test_a_pipeline_is_renamed_and_deleted(alice_api: ApiClient, pipeline: dict[str, Any]) -> None:
    path = f"pipelines/{pipeline['id']}/"
    assert json_of(alice_api.patch(path, {"name": "Trade"}))["name"] == "Trade"
    assert alice_api.delete(path).status_code == 204
    assert json_of(alice_api.get("stages/"))["results"] == []


def test_charlies_pipeline_cannot_be_named(
    alice_api: ApiClient, charlie_api: ApiClient, pipeline: dict[str, Any]
) -> None:
    for asked in ({"pipeline": pipeline["id"]}, {"stage": pipeline["stages"][0]["id"]}):
        problem_of(charlie_api.post("leads/", {"name": "x", **asked}), 400)
    problem_of(charlie_api.post("stages/", {"name": "x", "pipeline": pipeline["id"]}), 400)


@pytest.mark.parametrize("kind", ["leads", "pipelines", "stages"])
def test_others_are_refused(kind: str, alice_api: ApiClient, pipeline: dict[str, Any], charlie: Membership) -> None:
    lead = json_of(alice_api.post("leads/", {"name": "x", "pipeline": pipeline["id"]}), 201)
    ids = {"leads": lead["id"], "pipelines": pipeline["id"], "stages": lead["stage"]}
    path = f"{kind}/{ids[kind]}/"
    assert_closed("GET", path, stranger=charlie, without=["mail:read"])
    assert_closed("PATCH", path, stranger=charlie, without=["contacts:read"])
    assert_closed("DELETE", path, stranger=charlie, without=["contacts:read"])
    assert json_of(ApiClient(charlie).get(f"{kind}/"))["results"] == []
