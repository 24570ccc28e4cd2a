"""`mailboxes/`: what is imported and kept, as the REST API reads and changes it."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, connected_mailboxes, json_of, problem_of
from tests.conftest import MakeMailbox

pytestmark = pytest.mark.django_db
USUAL = {
    "first_import": "recent",
    "load_older": False,
    "push": True,
    "filters": [],
    "store_internal": True,
    "collector": False,
    "keep_attachments": False,
    "delete_after_upload": False,
    "sent_folder": "",
    "sent_folder_choices": [],
}


@pytest.fixture
def bobs_own(bob: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("bob@acme.example", owner=bob)


def pointers(answer: Any) -> list[str]:  # noqa: ANN401
    return [error["pointer"] for error in problem_of(answer, 400, "invalid-request")["errors"]]


@pytest.mark.rule("K10", "A04", "A06", "A08")
def test_everything_is_shown_and_changed(alice_api: ApiClient, sales: Mailbox) -> None:
    path = f"mailboxes/{sales.pk}/"
    shown = json_of(alice_api.get(path))
    assert {name: shown[name] for name in USUAL} == USUAL
    changes: dict[str, Any] = {
        "load_older": True,
        "push": False,
        "filters": [{"kind": "address", "value": "News@Spam.example"}, {"kind": "domain", "value": "Ads.example"}],
        "store_internal": False,
        "collector": True,
        "keep_attachments": True,
    }
    changed = json_of(alice_api.patch(path, changes))
    filters = [{"kind": "address", "value": "news@spam.example"}, {"kind": "domain", "value": "ads.example"}]
    assert {name: changed[name] for name in changes} == {**changes, "filters": filters}
    assert json_of(alice_api.patch(path, {"filters": []}))["filters"] == []
    assert connected_mailboxes(alice_api)[0]["load_older"] is True


@pytest.mark.rule("A08")
@pytest.mark.parametrize(
    "filters",
    [
        [{"kind": "domain", "value": "not a domain"}],
        [{"kind": "address", "value": "nobody"}],
        [{"kind": "planet", "value": "example.com"}],
        [{"kind": "domain"}],
        "example.com",
        [{"kind": "domain", "value": f"d{number}.example"} for number in range(201)],
    ],
)
def test_wrong_filters_are_named_and_change_nothing(alice_api: ApiClient, sales: Mailbox, filters: object) -> None:
    found = pointers(alice_api.patch(f"mailboxes/{sales.pk}/", {"filters": filters, "push": False}))
    assert all(pointer.startswith("#/filters") for pointer in found)
    assert json_of(alice_api.get(f"mailboxes/{sales.pk}/"))["push"] is True


@pytest.mark.rule("R10")
def test_deleting_on_the_server_locks_the_copies(alice_api: ApiClient, sales: Mailbox) -> None:
    path = f"mailboxes/{sales.pk}/"
    changed = json_of(alice_api.patch(path, {"delete_after_upload": True}))
    assert (changed["delete_after_upload"], changed["keep_attachments"]) == (True, True)
    assert pointers(alice_api.patch(path, {"keep_attachments": False})) == ["#/keep_attachments"]
    changed = json_of(alice_api.patch(path, {"delete_after_upload": False}))
    assert (changed["delete_after_upload"], changed["keep_attachments"]) == (False, True)


@pytest.mark.rule("R10", "G11")
def test_only_administrators_switch_deleting(bob_api: ApiClient, bobs_own: Mailbox) -> None:
    problem_of(bob_api.patch(f"mailboxes/{bobs_own.pk}/", {"delete_after_upload": True}), 403)
    assert json_of(bob_api.patch(f"mailboxes/{bobs_own.pk}/", {"keep_attachments": True}))["keep_attachments"]


@pytest.mark.rule("K13")
def test_the_folder_of_sent_letters_is_chosen_among_those_that_qualify(alice_api: ApiClient, sales: Mailbox) -> None:
    with tenant(sales.account_id):
        Mailbox.objects.filter(pk=sales.pk).update(sent_choices=["Sent", "Sent Items"])
    path = f"mailboxes/{sales.pk}/"
    changed = json_of(alice_api.patch(path, {"sent_folder": "Sent Items"}))
    assert (changed["sent_folder"], changed["sent_folder_choices"]) == ("Sent Items", ["Sent", "Sent Items"])
    assert pointers(alice_api.patch(path, {"sent_folder": "Trash"})) == ["#/sent_folder"]
    assert json_of(alice_api.patch(path, {"sent_folder": ""}))["sent_folder"] == ""


@pytest.mark.rule("K10", "M04")
def test_the_first_import_is_chosen_when_connecting(bob_api: ApiClient, connect_body: dict[str, Any]) -> None:
    for wrong in ({"delete_after_upload": True}, {"filters": [{"kind": "domain", "value": "x"}]}, {"sent_folder": "S"}):
        assert bob_api.post("mailboxes/", {**connect_body, **wrong}).status_code in (400, 403)
    assert connected_mailboxes(bob_api) == []  # nothing was left behind
    made = json_of(bob_api.post("mailboxes/", {**connect_body, "first_import": "new", "push": False}), 201)
    assert (made["first_import"], made["push"]) == ("new", False)
    again = json_of(bob_api.patch(f"mailboxes/{made['id']}/", {"first_import": "all"}))
    assert again["first_import"] == "new"  # it has happened: that stays as it was
