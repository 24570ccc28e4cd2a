"""`drafts/` to each of several people."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, json_of, problem_of

pytestmark = [pytest.mark.django_db, pytest.mark.rule("M10", "M12", "G04")]


@pytest.fixture
def people(alice_api: ApiClient) -> list[dict[str, Any]]:
    bodies = [{"first_name": name, "emails": [f"{name.lower()}@client.example"]} for name in ("Ana", "Ben")]
    return [{"contact": json_of(alice_api.post("contacts/", body), 201)["id"], "lead": None} for body in bodies]


@pytest.fixture
def made(alice_api: ApiClient, sales: Mailbox, people: list[dict[str, Any]]) -> dict[str, Any]:
    body = {"mailbox": str(sales.pk), "to_each": people, "subject": "For {{contact.first_name}}", "html": "<p>Hi</p>"}
    found: dict[str, Any] = json_of(alice_api.post("drafts/", body), 201)
    return found


def test_it_knows_its_people(
    alice_api: ApiClient, made: dict[str, Any], people: list[dict[str, Any]], bob_api: ApiClient, charlie_api: ApiClient
) -> None:
    path = f"drafts/{made['id']}/"
    assert made["to_each"] == people
    assert json_of(alice_api.patch(path, {"subject": "News"}))["to_each"] == people
    assert json_of(alice_api.post(f"{path}preview/", {"contact": people[1]["contact"]}))["subject"] == "News"
    assert json_of(alice_api.patch(path, {"to_each": people[:1]}))["to_each"] == people[:1]
    problem_of(alice_api.patch(path, {"to_each": [{"contact": "999999"}]}), 400)
    assert problem_of(alice_api.patch(path, {"cc": ["x@y.example"]}), 400)["errors"][0]["pointer"] == "#/to_each"
    plain = json_of(alice_api.patch(path, {"to_each": None, "to": ["x@y.example"]}))
    assert (plain["to_each"], plain["to"]) == (None, ["x@y.example"])
    for other in (bob_api, charlie_api):
        problem_of(other.post(f"{path}send-to-each/", {}), 404)
        problem_of(other.post("drafts/take-back/", {"draft": made["id"]}), 404)


def test_it_is_sent_to_each_and_taken_back(alice_api: ApiClient, alice: Membership, made: dict[str, Any]) -> None:
    path = f"drafts/{made['id']}/"
    assert problem_of(alice_api.post(f"{path}send/", {}), 400)["errors"][0]["pointer"] == "#/to_each"
    problem_of(ApiClient(alice, ["mail:send"]).post(f"{path}send-to-each/", {}), 403)
    sent = json_of(alice_api.post(f"{path}send-to-each/", {"undo_seconds": 60}, Idempotency_Key="k"), 201)
    assert json_of(alice_api.post(f"{path}send-to-each/", {"undo_seconds": 60}, Idempotency_Key="k"), 201) == sent
    letters = [json_of(alice_api.get(f"outbox/{one}/")) for one in sent["letters"]]
    assert [one["to"] for one in letters] == [["ana@client.example"], ["ben@client.example"]]
    problem_of(alice_api.post("drafts/take-back/", {}), 400)
    back = json_of(alice_api.post("drafts/take-back/", {"draft": made["id"]}))
    assert back["to_each"] == made["to_each"]
    assert {json_of(alice_api.get(f"outbox/{one}/"))["state"] for one in sent["letters"]} == {"canceled"}
