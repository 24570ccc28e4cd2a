"""`account/`: what administrators set for everybody."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from accounts.services import accept_invitation, invite
from accounts.tenancy import tenant
from tests.api.client import ApiClient, json_of, problem_of

pytestmark = pytest.mark.django_db


@pytest.mark.rule("R01")
def test_it_is_read_and_changed(alice_api: ApiClient) -> None:
    shown = json_of(alice_api.get("account/"))
    assert (shown["name"], shown["slug"], shown["collecting_limit"]) == ("Acme", "acme", 10)
    changes = {"name": " Acme Ltd ", "language": "es", "timezone": "Europe/Madrid", "collecting_limit": 0}
    changed = json_of(alice_api.patch("account/", changes))
    assert {name: changed[name] for name in changes} == {**changes, "name": "Acme Ltd"}
    assert changed["slug"] == "acme-ltd"  # and the smart addresses with it (K48)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", " "),
        ("language", "tlh"),
        ("timezone", "Mars/Base"),
        ("collecting_limit", -1),
        ("collecting_limit", 1001),
    ],
)
def test_wrong_values_are_named(alice_api: ApiClient, name: str, value: object) -> None:
    found = problem_of(alice_api.patch("account/", {name: value}), 400, "invalid-request")
    assert [error["pointer"] for error in found["errors"]] == [f"#/{name}"]


@pytest.mark.rule("G10", "G11")
def test_others_do_not_change_it(bob_api: ApiClient, charlie_api: ApiClient) -> None:
    assert bob_api.patch("account/", {"name": "Bob"}).status_code == 403
    assert json_of(charlie_api.patch("account/", {"name": "Globex Ltd"}))["slug"] == "globex-ltd"
    assert json_of(bob_api.get("account/"))["name"] == "Acme"


def test_new_members_begin_with_its_language_and_time_zone(alice: Membership, alice_api: ApiClient) -> None:
    alice_api.patch("account/", {"language": "ru", "timezone": "Europe/Madrid"})
    with tenant(alice.account_id):
        _invitation, secret = invite(alice, email="nora@person.example")
    user = accept_invitation(secret, name="Nora", password="quite a long password").user
    assert (user.language, user.timezone) == ("ru", "Europe/Madrid")
