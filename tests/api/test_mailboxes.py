"""`mailboxes/`: connected, tested and changed over the API, against real servers."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.health import note_smtp_refused
from mailboxes.models import Credential, Mailbox
from mailkit.errors import LoginRefused
from tests.api.client import ApiClient, assert_closed, connected_mailboxes, json_of, problem_of

pytestmark = pytest.mark.django_db


@pytest.mark.rule("K22", "M03", "M04")
def test_a_working_mailbox_is_connected(bob_api: ApiClient, bob: Membership, connect_body: dict[str, Any]) -> None:
    answer = bob_api.post("mailboxes/", {**connect_body, "signature": "Bob", "group_messages": False})
    made = json_of(answer, 201)
    assert (made["address"], made["kind"], made["owner"]) == (connect_body["address"], "personal", str(bob.pk))
    assert (made["status"], made["state"], made["error"]) == ("green", "importing", None)
    assert made["imap"] == {
        "host": "localhost",
        "port": connect_body["imap"]["port"],
        "security": "none",
        "username": connect_body["address"],  # the address, as nothing else was said
    }
    assert made["import"] == {"done": 0, "total": 0, "older": 0}
    assert (made["signature"], made["group_messages"]) == ("Bob", False)
    assert json_of(bob_api.get(answer["Location"])) == made
    assert [row["id"] for row in connected_mailboxes(bob_api)] == [made["id"]]


@pytest.mark.rule("M04", "M05")
def test_a_red_one_is_not_created_and_says_why(bob_api: ApiClient, connect_body: dict[str, Any]) -> None:
    for protocol in ("imap", "smtp"):
        connect_body[protocol]["password"] = "wrong"
    found = problem_of(bob_api.post("mailboxes/", connect_body), 400, "mailbox-test-failed")
    failed = {(step["protocol"], step["step"]) for step in found["steps"] if step["ok"] is False}
    assert failed == {("imap", "login"), ("smtp", "login")}
    assert all(step["error"] and step["advice"] for step in found["steps"] if step["ok"] is False)
    assert connected_mailboxes(bob_api) == []


def test_a_gray_one_is_created_for_sending(bob_api: ApiClient, connect_body: dict[str, Any]) -> None:
    connect_body["imap"]["password"] = "wrong"
    made = json_of(bob_api.post("mailboxes/", connect_body), 201)
    assert (made["status"], made["imap"]) == ("gray", None)


def test_servers_are_tested_without_saving(bob_api: ApiClient, connect_body: dict[str, Any]) -> None:
    report = json_of(bob_api.post("mailboxes/test/", connect_body))
    assert report["status"] == "green"
    assert {step["protocol"] for step in report["steps"]} == {"imap", "smtp"}
    assert connected_mailboxes(bob_api) == []


@pytest.mark.rule("K04", "K07")
def test_what_is_wrong_is_named(bob_api: ApiClient, connect_body: dict[str, Any]) -> None:
    def pointer(**changes: Any) -> list[str]:
        found = problem_of(bob_api.post("mailboxes/", {**connect_body, **changes}), 400, "invalid-request")
        return [error["pointer"] for error in found["errors"]]

    assert pointer(address="nobody") == ["#/address"]
    assert pointer(kind=None) == ["#/kind"]
    assert pointer(imap={**connect_body["imap"], "host": "127.0.0.1"}) == ["#/imap/host"]
    assert pointer(interval_minutes=1) == ["#/interval_minutes"]
    assert pointer(imap={"host": "localhost"}) == ["#/imap/password"]
    problem_of(bob_api.post("mailboxes/", {**connect_body, "kind": "shared"}), 403)


def test_a_stored_password_tests_again_and_is_never_shown(
    bob_api: ApiClient, bob: Membership, connect_body: dict[str, Any]
) -> None:
    answer = bob_api.post("mailboxes/", connect_body)
    path = f"mailboxes/{json_of(answer, 201)['id']}/"
    assert json_of(bob_api.post(f"{path}test/"))["status"] == "green"
    with tenant(bob.account_id):
        sealed = Credential.objects.get(field="imap_password").ciphertext.encode()
    for shown in (answer, bob_api.get(path), bob_api.post(f"{path}test/"), bob_api.patch(path, {"signature": "B"})):
        assert connect_body["imap"]["password"].encode() not in shown.content
        assert sealed not in shown.content


@pytest.mark.rule("M04", "M90")
def test_a_stored_password_that_works_lets_held_letters_go(
    bob_api: ApiClient, bob: Membership, connect_body: dict[str, Any]
) -> None:
    made = json_of(bob_api.post("mailboxes/", connect_body), 201)
    with tenant(bob.account_id):
        note_smtp_refused(Mailbox.objects.get(pk=made["id"]), LoginRefused("no", code=535, reply="535 no"))
    assert json_of(bob_api.get(f"mailboxes/{made['id']}/"))["error"]["code"] == "smtp_login_refused"
    assert json_of(bob_api.post(f"mailboxes/{made['id']}/test/"))["status"] == "green"
    found = json_of(bob_api.get(f"mailboxes/{made['id']}/"))
    assert (found["status"], found["error"]) == ("green", None)


def test_a_server_moves_only_together_with_its_password(
    bob_api: ApiClient, bob: Membership, connect_body: dict[str, Any]
) -> None:
    path = f"mailboxes/{json_of(bob_api.post('mailboxes/', connect_body), 201)['id']}/"
    found = problem_of(bob_api.patch(path, {"imap": {"host": "mail.evil.example"}}), 400)
    assert [error["pointer"] for error in found["errors"]] == ["#/imap/password"]
    problem_of(bob_api.patch(path, {"password": "wrong"}), 400, "mailbox-test-failed")
    with tenant(bob.account_id):
        before = Credential.objects.get(field="imap_password").ciphertext
    json_of(bob_api.patch(path, {"imap": connect_body["imap"], "display_name": "Bob"}))
    with tenant(bob.account_id):
        assert Credential.objects.get(field="imap_password").ciphertext != before


def test_settings_change_without_asking_the_servers(alice_api: ApiClient, sales: Mailbox) -> None:
    changes = {"display_name": "Sales", "signature": "The team", "interval_minutes": 20, "group_messages": False}
    found = json_of(alice_api.patch(f"mailboxes/{sales.pk}/", changes))
    assert {name: found[name] for name in changes} == changes
    assert (found["address"], found["kind"]) == ("sales@acme.example", "shared")


@pytest.mark.rule("K11")
def test_it_looks_for_new_mail_now(bob_api: ApiClient, sales: Mailbox, alice: Membership) -> None:
    json_of(bob_api.post(f"mailboxes/{sales.pk}/sync/"), 202)
    with tenant(alice.account_id):
        sales.refresh_from_db()
    assert sales.next_sync_at is not None


@pytest.mark.rule("K20", "K23", "G11")
def test_others_are_refused(
    alices_own: Mailbox, sales: Mailbox, bob: Membership, charlie: Membership, bob_api: ApiClient
) -> None:
    for mailbox, stranger in ((alices_own, bob), (alices_own, charlie), (sales, charlie)):
        path = f"mailboxes/{mailbox.pk}/"
        assert_closed("GET", path, stranger=stranger, without=["contacts:read"])
        for method, last in (("PATCH", ""), ("POST", "test/"), ("POST", "sync/")):
            assert_closed(method, path + last, stranger=stranger, without=["mail:read"])
    assert [row["address"] for row in connected_mailboxes(bob_api)] == ["sales@acme.example"]
    problem_of(bob_api.patch(f"mailboxes/{sales.pk}/", {"signature": "x"}), 404)
    assert connected_mailboxes(ApiClient(charlie)) == []
    problem_of(ApiClient().post("mailboxes/", {}), 401)
    problem_of(ApiClient(charlie, ["mail:read"]).post("mailboxes/test/", {}), 403)
