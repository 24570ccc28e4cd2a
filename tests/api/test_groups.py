"""`groups/`: as the pages have it."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from tests.api.client import ApiClient, assert_closed, json_of, problem_of

pytestmark = pytest.mark.django_db


@pytest.mark.rule("G11", "G08")
def test_a_group_lives(alice_api: ApiClient, bob: Membership) -> None:
    made = json_of(alice_api.post("groups/", {"name": "Sales", "members": [str(bob.pk)]}), 201)
    assert made["members"] == [str(bob.pk)]
    path = f"groups/{made['id']}/"
    assert json_of(alice_api.patch(path, {"members": []}))["members"] == []
    assert json_of(alice_api.get("groups/"))["results"] == [json_of(alice_api.get(path))]
    assert alice_api.delete(path).status_code == 204
    problem_of(alice_api.get(path), 404)


def test_what_is_wrong_is_named(alice_api: ApiClient) -> None:
    json_of(alice_api.post("groups/", {"name": "Sales"}), 201)
    for body, pointer in (({"name": "sales"}, "#/name"), ({"name": "New", "members": ["999999"]}, "#/members")):
        assert problem_of(alice_api.post("groups/", body), 400)["errors"][0]["pointer"] == pointer


def test_others_are_refused(alice_api: ApiClient, bob_api: ApiClient, charlie: Membership) -> None:
    group = json_of(alice_api.post("groups/", {"name": "Sales"}), 201)
    assert_closed("GET", f"groups/{group['id']}/", stranger=charlie, without=["mail:read"])
    assert_closed("DELETE", f"groups/{group['id']}/", stranger=charlie)
    problem_of(bob_api.get("groups/"), 403)
    assert json_of(ApiClient(charlie).get("groups/"))["results"] == []
