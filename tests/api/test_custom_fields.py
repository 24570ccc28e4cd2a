"""`custom-fields/` and the values that cards carry; `customers/`."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from tests.api.client import ApiClient, assert_closed, json_of, problem_of

pytestmark = pytest.mark.django_db


def make(api: ApiClient, **values: object) -> dict[str, object]:
    body = {"entity": "lead", "name": "Budget", "type": "numeric", **values}
    return dict(json_of(api.post("custom-fields/", body), 201))


@pytest.mark.parametrize("entity", ["contact", "company", "lead", "customer"])
def test_a_field_is_filled_in_on_its_cards(alice_api: ApiClient, entity: str) -> None:
    number = make(alice_api, entity=entity, number=657261, code="BUDGET")["number"]
    path = {"contact": "contacts/", "company": "companies/"}.get(entity, f"{entity}s/")
    body = {"name": "Big", "custom_fields": {"657261": "12,5"}}
    card = json_of(alice_api.post(path, body), 201)
    assert (number, card["custom_fields"]) == (657261, {"657261": 12.5})
    one = f"{path}{card['id']}/"
    assert json_of(alice_api.patch(one, {"name": "Bigger"}))["custom_fields"] == {"657261": 12.5}
    assert json_of(alice_api.patch(one, {"custom_fields": {"657261": None}}))["custom_fields"] == {}
    found = problem_of(alice_api.patch(one, {"custom_fields": {"657261": "much"}}), 400, "invalid-request")
    assert [error["pointer"] for error in found["errors"]] == ["#/custom_fields/657261"]


def test_a_field_is_changed_and_deleted(alice_api: ApiClient) -> None:
    field = make(alice_api)
    path = f"custom-fields/{field['id']}/"
    assert json_of(alice_api.patch(path, {"name": "Money"}))["name"] == "Money"
    problem_of(alice_api.patch(path, {"type": "text"}), 400, "invalid-request")
    assert [row["code"] for row in json_of(alice_api.get("custom-fields/?entity=lead"))["results"]] == ["budget"]
    assert alice_api.delete(path).status_code == 204


@pytest.mark.rule("G10", "G11")
def test_members_read_fields_and_others_are_refused(
    alice_api: ApiClient, bob_api: ApiClient, charlie: Membership
) -> None:
    path = f"custom-fields/{make(alice_api)['id']}/"
    assert json_of(bob_api.get(path))["name"] == "Budget"
    assert bob_api.patch(path, {"name": "Mine"}).status_code == 403
    assert bob_api.post("custom-fields/", {"entity": "lead", "name": "x", "type": "text"}).status_code == 403
    assert_closed("DELETE", path, stranger=charlie, without=["contacts:write"])


def test_a_customer_is_made_changed_and_deleted(alice_api: ApiClient, charlie: Membership) -> None:
    contact = json_of(alice_api.post("contacts/", {"first_name": "Ann"}), 201)["id"]
    made = json_of(alice_api.post("customers/", {"contacts": [contact], "next_purchase_at": "2026-12-24"}), 201)
    assert (made["name"], made["contacts"], made["next_purchase_at"]) == ("Ann", [contact], "2026-12-24")
    path = f"customers/{made['id']}/"
    changed = json_of(alice_api.patch(path, {"name": "Ann & Co"}))
    assert (changed["name"], changed["contacts"], changed["next_purchase_at"]) == ("Ann & Co", [contact], "2026-12-24")
    assert len(json_of(alice_api.get("customers/?next_purchase_before=2026-12-25"))["results"]) == 1
    assert json_of(alice_api.get("customers/?next_purchase_before=2026-12-24"))["results"] == []
    assert_closed("GET", path, stranger=charlie, without=["mail:read"])
    assert alice_api.delete(path).status_code == 204
