"""`notices/` and `audit/`."""

from __future__ import annotations

import pytest

from accounts.audit import record
from accounts.models import Membership
from accounts.notices import notify
from accounts.tenancy import tenant
from tests.api.client import ApiClient, json_of, problem_of

pytestmark = pytest.mark.django_db


def test_notices_are_ones_own_and_are_marked_as_read(
    alice_api: ApiClient, bob: Membership, charlie_api: ApiClient
) -> None:
    with tenant(bob.account_id):
        notify([bob], "mailbox.needs_login", mailbox=7)
    bob_api = ApiClient(bob)
    (notice,) = json_of(bob_api.get("notices/"))["results"]
    assert (notice["kind"], notice["facts"], notice["read_at"]) == ("mailbox.needs_login", {"mailbox": 7}, None)
    for other in (alice_api, charlie_api):
        assert other.post("notices/read/").status_code == 204
        assert json_of(other.get("notices/"))["results"] == []
    assert json_of(bob_api.get("notices/"))["results"][0]["read_at"] is None
    assert bob_api.post("notices/read/").status_code == 204
    assert json_of(bob_api.get("notices/"))["results"][0]["read_at"]


@pytest.mark.rule("G12")
def test_the_audit_log_is_for_administrators(
    alice: Membership, alice_api: ApiClient, bob_api: ApiClient, charlie_api: ApiClient
) -> None:
    with tenant(alice.account_id):
        record(alice, "contact.deleted", target=alice, count=1)
    (event,) = json_of(alice_api.get("audit/"))["results"]
    assert (event["actor"], event["action"], event["facts"]) == (str(alice.pk), "contact.deleted", {"count": 1})
    assert (event["target_type"], event["target_id"]) == ("membership", str(alice.pk))
    problem_of(bob_api.get("audit/"), 403)
    problem_of(ApiClient(alice, ["mail:read"]).get("audit/"), 403)
    assert json_of(charlie_api.get("audit/"))["results"] == []


def test_anonymous_is_refused(anyone: ApiClient) -> None:
    problem_of(anyone.get("notices/"), 401)
    problem_of(anyone.post("notices/read/"), 401)
    problem_of(anyone.get("audit/"), 401)
