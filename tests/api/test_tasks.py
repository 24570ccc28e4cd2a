"""`tasks/` and `task-types/`."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from tests.api.client import ApiClient, assert_closed, json_of, problem_of

pytestmark = pytest.mark.django_db
DUE = "2027-01-05T10:00:00Z"


@pytest.fixture
def ana(alice_api: ApiClient) -> str:
    return str(json_of(alice_api.post("contacts/", {"first_name": "Ana"}), 201)["id"])


def make(api: ApiClient, ana: str, **body: object) -> dict[str, Any]:
    sent = {"type": "call", "due_at": DUE, "card": {"type": "contact", "id": ana}, **body}
    return dict(json_of(api.post("tasks/", sent), 201))


def test_one_is_given_done_and_opened_again(alice_api: ApiClient, ana: str, bob: Membership) -> None:
    task = make(alice_api, ana, text="Ask", responsible=str(bob.pk))
    path = f"tasks/{task['id']}/"
    assert task["card"] == {"type": "contact", "id": ana}
    assert (task["type"], task["is_done"], task["responsible"]) == ("call", False, str(bob.pk))
    done = json_of(alice_api.patch(path, {"is_done": True, "result": "Yes"}))
    assert (done["is_done"], done["result"], done["text"]) == (True, "Yes", "Ask")
    assert json_of(alice_api.patch(path, {"text": "Ask them"}))["is_done"] is True
    assert json_of(alice_api.patch(path, {"is_done": False}))["done_at"] is None
    assert alice_api.delete(path).status_code == 204
    assert alice_api.get(path).status_code == 404


def test_without_somebody_responsible_it_is_ones_own(alice_api: ApiClient, ana: str, alice: Membership) -> None:
    assert make(alice_api, ana)["responsible"] == str(alice.pk)
    assert make(alice_api, ana, responsible=None)["responsible"] is None


def test_lists_are_narrowed(alice_api: ApiClient, ana: str, bob: Membership) -> None:
    late = make(alice_api, ana, due_at="2026-01-01T00:00:00Z", responsible=str(bob.pk))["id"]
    done = make(alice_api, ana, type="meeting", is_done=True)["id"]
    for asked, wanted in (
        ("", [late, done]),
        ("?is_done=true", [done]),
        ("?is_done=false", [late]),
        (f"?responsible={bob.pk}", [late]),
        ("?type=MEETING", [done]),
        ("?due_before=2026-02-01T00:00:00Z", [late]),
        (f"?contact={ana}", [late, done]),
        (f"?lead={ana}", []),
    ):
        assert [row["id"] for row in json_of(alice_api.get(f"tasks/{asked}"))["results"]] == wanted


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"type": "party"}, "#/type"),
        ({"card": {"type": "contact", "id": "0"}}, "#/card"),
        ({"card": {"type": "planet", "id": "1"}}, "#/card"),
        ({"due_at": "soon"}, "#/due_at"),
    ],
)
def test_what_is_wrong_is_named(alice_api: ApiClient, ana: str, wrong: dict[str, object], pointer: str) -> None:
    sent = {"type": "call", "due_at": DUE, "card": {"type": "contact", "id": ana}, **wrong}
    found = problem_of(alice_api.post("tasks/", sent), 400, "invalid-request")
    assert [error["pointer"] for error in found["errors"]] == [pointer]


def test_kinds_are_kept_by_administrators(alice_api: ApiClient, bob_api: ApiClient, ana: str) -> None:
    kind = json_of(alice_api.post("task-types/", {"name": "Site visit"}), 201)
    assert kind["code"] == "site_visit"
    assert make(bob_api, ana, type="site_visit")["type"] == "site_visit"
    problem_of(alice_api.delete(f"task-types/{kind['id']}/"), 409, "still-in-use")
    assert json_of(alice_api.patch(f"task-types/{kind['id']}/", {"name": "Visit"}))["code"] == "site_visit"
    assert bob_api.post("task-types/", {"name": "Party"}).status_code == 403
    assert len(json_of(bob_api.get("task-types/"))["results"]) == 4


@pytest.mark.rule("G10")
def test_another_account_has_no_part_in_them(alice_api: ApiClient, ana: str, charlie: Membership) -> None:
    path = f"tasks/{make(alice_api, ana)['id']}/"
    assert_closed("PATCH", path, stranger=charlie, without=["contacts:read"])
    assert_closed("DELETE", path, stranger=charlie, without=["contacts:read"])
    assert json_of(ApiClient(charlie).get("tasks/"))["results"] == []
