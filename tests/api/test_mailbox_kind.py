"""`PATCH mailboxes/{id}/` with `kind` and `owner`."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, json_of, problem_of
from tests.conftest import MakeMailbox

pytestmark = [pytest.mark.usefixtures("in_account"), pytest.mark.rule("K25")]


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


@pytest.fixture
def bobs_own(bob: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("bob@acme.example", owner=bob)


def kind_of(mailbox: Mailbox) -> tuple[str, int | None]:
    mailbox.refresh_from_db()
    return mailbox.kind, mailbox.owner_id


def test_an_administrator_names_the_owner(alice: Membership, bob: Membership, sales: Mailbox) -> None:
    path = f"mailboxes/{sales.pk}/"
    client = ApiClient(alice)
    changed = json_of(client.patch(path, {"kind": "personal", "owner": str(bob.pk), "signature": "Bob"}))
    assert (changed["kind"], changed["owner"], changed["signature"]) == ("personal", str(bob.pk), "Bob")
    assert kind_of(sales) == ("personal", bob.pk)
    problem_of(client.get(path), 404)  # at once, with the same token
    assert json_of(ApiClient(bob).get(path))["kind"] == "personal"


def test_shared_by_its_owner_it_becomes_shared(alice: Membership, bob: Membership, bobs_own: Mailbox) -> None:
    path = f"mailboxes/{bobs_own.pk}/"
    problem_of(ApiClient(alice).patch(path, {"kind": "shared"}), 404)
    problem_of(ApiClient(bob).patch(path, {"kind": "shared"}), 403)
    json_of(ApiClient(bob).patch(path, {"shared_with_admins": True}))
    assert json_of(ApiClient(alice).patch(path, {"kind": "shared"}))["owner"] is None
    assert kind_of(bobs_own) == ("shared", None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "personal"}, "owner"),
        ({"kind": "personal", "owner": "999999"}, "owner"),
        ({"kind": "personal", "owner": "x"}, "owner"),
        ({"kind": "personal", "owner": None}, "owner"),
        ({"kind": "public"}, "kind"),
        ({"kind": "shared", "owner": "OF_BOB"}, "owner"),
        ({"owner": "OF_BOB"}, "owner"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    alice: Membership, bob: Membership, sales: Mailbox, body: dict[str, Any], field: str
) -> None:
    asked = {name: str(bob.pk) if value == "OF_BOB" else value for name, value in body.items()}
    problem = problem_of(ApiClient(alice).patch(f"mailboxes/{sales.pk}/", asked | {"signature": "New"}), 400)
    assert [error["pointer"] for error in problem["errors"]] == [f"#/{field}"]
    assert kind_of(sales) == ("shared", None)
    assert sales.signature == ""


def test_rights_need_the_scope_of_administrators(alice: Membership, bob: Membership, sales: Mailbox) -> None:
    client = ApiClient(alice, ["mail:read", "mail:write"])
    problem_of(client.patch(f"mailboxes/{sales.pk}/", {"kind": "personal", "owner": str(bob.pk)}), 403)
    as_it_is = {"kind": "shared", "owner": None, "signature": "Yours"}  # a client sends back what it has read
    assert json_of(client.patch(f"mailboxes/{sales.pk}/", as_it_is))["signature"] == "Yours"
    assert kind_of(sales) == ("shared", None)
