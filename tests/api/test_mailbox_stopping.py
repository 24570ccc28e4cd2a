"""`mailboxes/{id}/pause/`, `resume/`, `disconnect/`."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from tests.api.client import ApiClient, json_of, problem_of
from tests.conftest import MakeMailbox

pytestmark = pytest.mark.django_db


@pytest.mark.rule("K65")
def test_a_mailbox_is_paused_resumed_and_disconnected(alice: Membership, make_mailbox: MakeMailbox) -> None:
    api, path = ApiClient(alice), f"mailboxes/{make_mailbox('a@acme.example', account_of=alice).pk}/"
    assert json_of(api.post(f"{path}pause/"))["state"] == "paused"
    assert json_of(api.post(f"{path}resume/"))["state"] == "importing"
    assert json_of(api.post(f"{path}disconnect/", {"emails": "keep"}))["state"] == "disconnected"
    assert json_of(api.get(path))["state"] == "disconnected"
    problem_of(api.post(f"{path}resume/"), 409, "wrong-state")


@pytest.mark.rule("K64")
@pytest.mark.parametrize("typed", [{}, {"confirm": "A@acme.example"}])
def test_deleting_is_accepted_for_later(alice: Membership, make_mailbox: MakeMailbox, typed: dict[str, str]) -> None:
    """The address is for people: a program that sends one is held to it."""
    mailbox = make_mailbox("a@acme.example", account_of=alice)
    api, path = ApiClient(alice), f"mailboxes/{mailbox.pk}/disconnect/"
    for wrong in ("", "b@acme.example"):
        found = problem_of(api.post(path, {"emails": "delete", "confirm": wrong}), 400, "invalid-request")
        assert [error["pointer"] for error in found["errors"]] == ["#/confirm"]
    problem_of(api.post(path, {"emails": "burn"}), 400, "invalid-request")
    assert json_of(api.post(path, {"emails": "delete", **typed}), 202)["state"] == "removing"
    problem_of(api.get(f"mailboxes/{mailbox.pk}/"), 404, "not-found")


@pytest.mark.rule("G11", "G10")
@pytest.mark.parametrize("verb", ["pause", "resume", "disconnect"])
def test_only_who_manages_it_may(
    alice: Membership, bob: Membership, charlie: Membership, make_mailbox: MakeMailbox, verb: str
) -> None:
    path = f"mailboxes/{make_mailbox('a@acme.example', account_of=alice).pk}/{verb}/"
    body = {"emails": "keep"} if verb == "disconnect" else None
    for member in (bob, charlie):
        problem_of(ApiClient(member).post(path, body), 404, "not-found")
    assert ApiClient(alice, ["mail:read"]).post(path, body).status_code == 403
