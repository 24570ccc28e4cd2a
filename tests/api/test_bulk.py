"""Changes of many cards at once."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent, Membership
from accounts.tenancy import tenant
from crm.models import CardEvent
from tests.api.client import ApiClient, json_of, problem_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ids(alice_api: ApiClient) -> list[str]:
    made = [alice_api.post("leads/", {"name": name}) for name in ("Apples", "Apricots", "Pears")]
    return [str(json_of(answer, 201)["id"]) for answer in made]


def change(api: ApiClient, **body: object) -> int:
    return int(json_of(api.post("leads/bulk/", body))["count"])


def test_tags_by_ids_and_by_filter(alice_api: ApiClient, ids: list[str]) -> None:
    assert change(alice_api, action="add_tags", ids=ids[:1], tags=["red"]) == 1
    assert change(alice_api, action="add_tags", filter={"q": "ap"}, tags=["fruit"]) == 2
    assert change(alice_api, action="remove_tags", filter={"tag": "fruit"}, tags=["red"]) == 2
    found = json_of(alice_api.get("leads/?ordering=name"))["results"]
    assert [row["tags"] for row in found] == [["fruit"], ["fruit"], []]


def test_responsible_and_stage_with_lines_on_the_cards(
    alice_api: ApiClient, alice: Membership, bob: Membership, ids: list[str]
) -> None:
    assert change(alice_api, action="set_responsible", ids=ids, responsible=str(bob.pk)) == 3
    assert change(alice_api, action="set_responsible", ids=ids, responsible=str(bob.pk)) == 0
    stage = json_of(alice_api.get("stages/"))["results"][1]["id"]
    assert change(alice_api, action="move", filter={}, stage=stage) == 3
    assert {row["stage"] for row in json_of(alice_api.get("leads/"))["results"]} == {stage}
    with tenant(alice.account_id):
        for kind in ("responsible", "moved"):
            assert CardEvent.objects.filter(kind=kind, actor=alice).count() == 3


def test_who_deletes_says_how_many(alice_api: ApiClient, alice: Membership, ids: list[str]) -> None:
    sent = {"action": "delete", "filter": {"q": "ap"}, "count": 3}
    assert problem_of(alice_api.post("leads/bulk/", sent), 409, "count-differs")["count"] == 2
    assert change(alice_api, **{**sent, "count": 2}) == 2
    assert [row["name"] for row in json_of(alice_api.get("leads/"))["results"]] == ["Pears"]
    with tenant(alice.account_id):
        assert AuditEvent.objects.filter(action="lead.deleted").count() == 2


@pytest.mark.parametrize(
    "body",
    [
        {"action": "delete", "ids": []},
        {"action": "add_tags", "ids": [], "filter": {}, "tags": ["a"]},
        {"action": "add_tags", "tags": ["a"]},
        {"action": "explode", "ids": []},
    ],
)
def test_what_is_not_clear_is_refused(alice_api: ApiClient, body: dict[str, object]) -> None:
    problem_of(alice_api.post("leads/bulk/", body), 400, "invalid-request")


@pytest.mark.parametrize("given", [{"tags": "fruit"}, {"email": "a@b.example"}, {"created_before": "soon"}])
def test_a_filter_that_cannot_be_meant_changes_nothing(
    alice_api: ApiClient, ids: list[str], given: dict[str, str]
) -> None:
    body = {"action": "add_tags", "filter": given, "tags": ["all"]}
    problem = problem_of(alice_api.post("leads/bulk/", body), 400, "invalid-request")
    assert [error["pointer"] for error in problem["errors"]] == [f"#/filter/{next(iter(given))}"]
    assert not any(row["tags"] for row in json_of(alice_api.get("leads/"))["results"])


def test_several_tags_are_those_of_cards_that_have_them_all(alice_api: ApiClient, ids: list[str]) -> None:
    change(alice_api, action="add_tags", ids=ids[:2], tags=["red"])
    change(alice_api, action="add_tags", ids=ids[1:], tags=["ripe"])
    assert change(alice_api, action="add_tags", filter={"tag": ["red", "ripe"]}, tags=["best"]) == 1


@pytest.mark.rule("G10")
def test_another_account_changes_nothing(alice_api: ApiClient, charlie: Membership, ids: list[str]) -> None:
    body = {"action": "delete", "ids": ids, "count": 0}
    assert json_of(ApiClient(charlie).post("leads/bulk/", body))["count"] == 0
    assert json_of(ApiClient(charlie).post("leads/bulk/", {**body, "ids": [], "count": 0}))["count"] == 0
    assert len(json_of(alice_api.get("leads/"))["results"]) == 3
    answer = ApiClient(charlie, scopes=["contacts:read"]).post("leads/bulk/", body)
    assert answer.status_code == 403
