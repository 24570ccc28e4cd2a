"""Signatures by the API: stored, refused with the field's name and place, previewed."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from tests.api.client import ApiClient, json_of, problem_of
from tests.conftest import MakeMailbox

pytestmark = pytest.mark.django_db


@pytest.mark.rule("K52", "M48")
def test_html_and_fields_are_stored_clean(bob_api: ApiClient) -> None:
    me = json_of(bob_api.patch("me/", {"signature": "<p>{{ user.name }}<script>x</script></p>"}))
    assert me["signature"] == "<p>{{ user.name }}</p>"


@pytest.mark.rule("K52")
def test_a_wrong_field_is_named_with_its_place(
    bob_api: ApiClient, alice_api: ApiClient, alice: Membership, make_mailbox: MakeMailbox
) -> None:
    mailbox = make_mailbox("sales@acme.example", account_of=alice)
    for client, path in ((bob_api, "me/"), (alice_api, f"mailboxes/{mailbox.pk}/")):
        found = problem_of(client.patch(path, {"signature": "Yours\n{{ user.nam }}"}), 400, "invalid-request")
        (error,) = found["errors"]
        assert error["pointer"] == "#/signature"
        assert error["detail"] == "There is no field “user.nam” (line 2, column 4)."
    assert json_of(bob_api.get("me/"))["signature"] == ""


@pytest.mark.rule("K52", "M18")
def test_a_preview_shows_both_forms_and_stores_nothing(
    bob_api: ApiClient, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    make_mailbox("bob@acme.example", owner=bob)
    asked = {"signature": "<b>{{ user.name }}</b> {{ mailbox.address }} {{ mailbox.name }}"}
    assert json_of(bob_api.post("signatures/preview/", asked)) == {
        "html": "<b>Bob Baker</b> bob@acme.example",
        "text": "Bob Baker bob@acme.example",
        "empty_fields": ["mailbox.name"],
    }
    assert json_of(bob_api.get("me/"))["signature"] == ""
    problem_of(bob_api.post("signatures/preview/", {"signature": "{{ x }}"}), 400, "invalid-request")


def test_the_fields_are_listed(bob_api: ApiClient) -> None:
    found = json_of(bob_api.get("signatures/fields/"))
    assert {"name": "user.name", "label": "Name", "group": "Sender"} in found
    assert "mailbox.address" in [field["name"] for field in found]


@pytest.mark.rule("G10")
def test_charlie_gets_nothing_of_a_foreign_mailbox(
    charlie_api: ApiClient, anyone: ApiClient, alice: Membership, make_mailbox: MakeMailbox
) -> None:
    mailbox = make_mailbox("sales@acme.example", account_of=alice)
    asked = {"signature": "{{ mailbox.address }}", "mailbox": str(mailbox.pk)}
    problem_of(charlie_api.post("signatures/preview/", asked), 404)
    problem_of(anyone.post("signatures/preview/", asked), 401)
    problem_of(ApiClient(alice, ["contacts:read"]).post("signatures/preview/", asked), 403)
