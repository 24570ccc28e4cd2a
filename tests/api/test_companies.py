"""`companies/`: firms."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from tests.api.client import ApiClient, assert_closed, json_of, problem_of

pytestmark = pytest.mark.django_db

CLIENT = {"name": "Client", "emails": ["info@client.example"], "phones": ["+34 900 000 000"]}


def test_a_company_is_made_read_changed_and_deleted(alice_api: ApiClient) -> None:
    made = json_of(alice_api.post("companies/", CLIENT), 201)
    assert {name: made[name] for name in CLIENT} == CLIENT
    path = f"companies/{made['id']}/"
    dana = json_of(alice_api.post("contacts/", {"first_name": "Dana", "company": made["id"]}), 201)
    assert json_of(alice_api.get(path))["contacts"] == [dana["id"]]
    changed = json_of(alice_api.patch(path, {"name": "Client Ltd"}))
    assert (changed["name"], changed["emails"]) == ("Client Ltd", CLIENT["emails"])
    assert alice_api.delete(path).status_code == 204
    assert json_of(alice_api.get(f"contacts/{dana['id']}/"))["company"] is None


def test_a_wrong_address_is_refused(alice_api: ApiClient) -> None:
    assert (
        problem_of(alice_api.post("companies/", {"name": "x", "emails": ["x"]}), 400)["errors"][0]["pointer"]
        == "#/emails"
    )


def test_others_are_refused(alice_api: ApiClient, charlie: Membership) -> None:
    path = f"companies/{json_of(alice_api.post('companies/', CLIENT), 201)['id']}/"
    assert_closed("GET", path, stranger=charlie, without=["mail:read"])
    assert_closed("PATCH", path, stranger=charlie, without=["contacts:read"])
    assert_closed("DELETE", path, stranger=charlie, without=["contacts:read"])
    assert json_of(ApiClient(charlie).get("companies/"))["results"] == []
