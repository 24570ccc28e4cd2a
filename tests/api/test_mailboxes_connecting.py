"""`mailboxes/`: for somebody else, again, and not too often."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.limits import LIMITS, Limit
from mailboxes.models import Credential, Mailbox
from tests.api.client import ApiClient, assert_closed, json_of, problem_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def connected(bob_api: ApiClient, connect_body: dict[str, Any]) -> str:
    """The path of Bob's mailbox."""
    return f"mailboxes/{json_of(bob_api.post('mailboxes/', connect_body), 201)['id']}/"


@pytest.mark.rule("M02", "K23")
def test_an_administrator_connects_a_mailbox_for_a_colleague(
    alice_api: ApiClient, bob_api: ApiClient, bob: Membership, connect_body: dict[str, Any]
) -> None:
    wanted = {**connect_body, "owner": str(bob.pk), "display_name": "Bob B."}
    answer = alice_api.post("mailboxes/", wanted)
    made = json_of(answer, 201)
    assert (made["owner"], made["kind"], made["display_name"]) == (str(bob.pk), "personal", "Bob B.")
    problem_of(alice_api.get(answer["Location"]), 404)
    assert json_of(bob_api.get(answer["Location"]))["id"] == made["id"]


@pytest.mark.rule("M02")
def test_who_may_not_and_what_is_left_to_the_owner(
    alice_api: ApiClient,
    bob_api: ApiClient,
    alice: Membership,
    bob: Membership,
    charlie: Membership,
    connect_body: dict[str, Any],
) -> None:
    problem_of(bob_api.post("mailboxes/", {**connect_body, "owner": str(alice.pk)}), 403)
    for wrong in ({"owner": str(charlie.pk)}, {"owner": "nobody"}, {"owner": str(bob.pk), "kind": "shared"}):
        found = problem_of(alice_api.post("mailboxes/", {**connect_body, **wrong}), 400, "invalid-request")
        assert [error["pointer"] for error in found["errors"]] == ["#/owner"]
    found = problem_of(alice_api.post("mailboxes/", {**connect_body, "owner": str(bob.pk), "signature": "x"}), 400)
    assert [error["pointer"] for error in found["errors"]] == ["#/signature"]


def test_asking_too_often_is_answered_with_a_time_to_wait(
    bob_api: ApiClient, connect_body: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIMITS, "test", Limit(member=1, account=9))
    json_of(bob_api.post("mailboxes/test/", connect_body))
    answer = bob_api.post("mailboxes/", connect_body)
    problem_of(answer, 429, "too-many-requests")
    assert 0 < int(answer["Retry-After"]) <= 600


@pytest.mark.rule("A13", "K65")
def test_it_is_connected_again_with_a_new_password(
    bob_api: ApiClient, bob: Membership, connected: str, connect_body: dict[str, Any]
) -> None:
    with tenant(bob.account_id):
        Mailbox.objects.update(state="disconnected", next_sync_at=None)
        Credential.objects.all().delete()
    problem_of(bob_api.post(f"{connected}reconnect/", {}), 409, "password-needed")
    problem_of(bob_api.post(f"{connected}reconnect/", {"password": "wrong"}), 400, "mailbox-test-failed")
    secrets = {name: {"password": connect_body[name]["password"]} for name in ("imap", "smtp")}
    again = json_of(bob_api.post(f"{connected}reconnect/", secrets))
    assert (again["state"], again["status"]) == ("importing", "green")
    assert again["next_sync_at"] is not None
    assert "password" not in again["imap"]


@pytest.mark.rule("K65")
def test_a_paused_one_goes_on_with_its_stored_password(bob_api: ApiClient, bob: Membership, connected: str) -> None:
    with tenant(bob.account_id):
        Mailbox.objects.update(state="paused", next_sync_at=None)
    assert json_of(bob_api.post(f"{connected}reconnect/", {}))["state"] == "importing"


def test_reconnecting_moves_no_stored_password_and_is_closed_to_others(
    bob_api: ApiClient, connected: str, charlie: Membership
) -> None:
    for server in ({"host": "mail.evil.example"}, {"port": 993}, {"username": "eve"}):
        found = problem_of(bob_api.post(f"{connected}reconnect/", {"imap": server}), 400, "invalid-request")
        assert [error["pointer"] for error in found["errors"]] == ["#/imap/password"]
    assert_closed("POST", f"{connected}reconnect/", stranger=charlie, without=["mail:read"])


@pytest.mark.rule("M04", "M05")
def test_a_failed_step_names_advice_page_and_reply(bob_api: ApiClient, connect_body: dict[str, Any]) -> None:
    connect_body["imap"]["password"] = "wrong"
    report = json_of(bob_api.post("mailboxes/test/", connect_body))
    [failed] = [step for step in report["steps"] if step["ok"] is False]
    assert report["status"] == "gray"
    assert "app password" in failed["advice"]
    assert failed["reply"]
    assert failed["link"] == ""  # the provider is not known
