"""`mailboxes/{id}/aliases/`: asked for, listed, withdrawn (R16)."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, assert_closed, json_of, problem_of
from tests.servers.smtp_sink import SmtpSink

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R16")]


def test_it_is_asked_for_listed_and_withdrawn(
    bob_api: ApiClient, connect_body: dict[str, Any], smtp_sink: SmtpSink
) -> None:
    path = f"mailboxes/{json_of(bob_api.post('mailboxes/', connect_body), 201)['id']}/aliases/"
    made = json_of(bob_api.post(path, {"address": "info@brand.example", "name": "Brand"}), 201)
    assert (made["address"], made["name"], made["confirmed_at"]) == ("info@brand.example", "Brand", None)
    assert set(made) == {"id", "address", "name", "confirmed_at", "expires_at"}
    assert list(smtp_sink.letters[-1].recipients) == ["info@brand.example"]
    assert json_of(bob_api.get(path))["results"] == [made]
    assert bob_api.delete(f"{path}{made['id']}/").status_code == 204
    problem_of(bob_api.delete(f"{path}{made['id']}/"), 404, "not-found")
    assert json_of(bob_api.get(path))["results"] == []


def test_wrong_values_are_named(bob: Membership, bob_api: ApiClient, connect_body: dict[str, Any]) -> None:
    path = f"mailboxes/{json_of(bob_api.post('mailboxes/', connect_body), 201)['id']}/aliases/"
    found = problem_of(bob_api.post(path, {"address": "nobody"}), 400, "invalid-request")
    assert [error["pointer"] for error in found["errors"]] == ["#/address"]


def test_reading_is_for_readers_and_changing_for_managers(
    bob_api: ApiClient, charlie: Membership, sales: Mailbox
) -> None:
    path = f"mailboxes/{sales.pk}/aliases/"
    assert json_of(bob_api.get(path))["results"] == []
    problem_of(bob_api.post(path, {"address": "info@brand.example"}), 404, "not-found")
    problem_of(bob_api.delete(f"{path}1/"), 404, "not-found")
    assert_closed("POST", path, stranger=charlie, without=["mail:read"])
