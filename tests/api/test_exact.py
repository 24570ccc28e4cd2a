"""What the API does not know is refused by its name, and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from tests.api.client import ApiClient, json_of, problem_of

pytestmark = pytest.mark.django_db


def refused(answer: Any, code: str) -> list[str]:  # noqa: ANN401
    """The places of a 400, all of this code."""
    errors = problem_of(answer, 400, "invalid-request")["errors"]
    assert {error["code"] for error in errors} == {code}, errors
    return [error["pointer"] for error in errors]


def test_an_unknown_field_is_named_and_nothing_is_changed(alice_api: ApiClient) -> None:
    lead = json_of(alice_api.post("leads/", {"name": "Desks"}), 201)
    answer = alice_api.patch(f"leads/{lead['id']}/", {"nmae": "Chairs", "tags": ["vip"]})
    assert refused(answer, "unknown") == ["#/nmae"]
    assert "“name”" in json_of(answer, 400)["detail"]
    assert json_of(alice_api.get(f"leads/{lead['id']}/")) == lead


def test_an_unknown_field_inside_of_another(alice_api: ApiClient) -> None:
    server = {"host": "mail.acme.example", "pasword": "x"}
    body = {"address": "a@acme.example", "kind": "personal", "smtp": server, "filters": []}
    assert refused(alice_api.post("mailboxes/", body), "unknown") == ["#/smtp/pasword"]
    to_each = [{"contact": "1"}, {"contact": "1", "led": "2"}]
    assert refused(alice_api.post("drafts/", {"to_each": to_each}), "unknown") == ["#/to_each/1/led"]
    bulk = {"action": "add_tags", "ids": ["1"], "tags": ["vip"], "filtre": {}}
    assert refused(alice_api.post("contacts/bulk/", bulk), "unknown") == ["#/filtre"]


def test_what_was_read_can_be_sent_back(alice_api: ApiClient) -> None:
    """Fields that are only shown are known."""
    for path, body in (("contacts/", {"first_name": "Ana"}), ("leads/", {"name": "Desks"}), ("tags/", {"name": "vip"})):
        made = json_of(alice_api.post(path, body), 201)
        read = json_of(alice_api.get(f"{path}{made['id']}/"))
        assert json_of(alice_api.patch(f"{path}{made['id']}/", read))["id"] == made["id"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("contacts/?mailbox=1", "mailbox"),
        ("threads/?is_unraed=true", "is_unraed"),
        ("leads/?field_99=red", "field_99"),
        ("cards/lead/export.csv?tga=vip", "tga"),
        ("me/?format=json", "format"),
        ("mailboxes/detect/?address=a@b.example", "address"),
    ],
)
def test_an_unknown_parameter_is_refused(path: str, name: str, alice_api: ApiClient) -> None:
    ask = alice_api.post if "detect" in path else alice_api.get
    assert [error["pointer"] for error in problem_of(ask(path), 400)["errors"]] == [f"#/{name}"]


@pytest.mark.parametrize("path", ["threads/?is_unread=", "tasks/?is_done=", "templates/?is_public="])
def test_a_filter_of_yes_or_no_takes_nothing_else(path: str, alice_api: ApiClient) -> None:
    for word in ("true", "False", "1", "0", ""):
        json_of(alice_api.get(path + word))
    for word in ("yes", "2", "nonsense"):
        assert refused(alice_api.get(path + word), "invalid")


@pytest.mark.parametrize("path", ["threads/?q=%00", "search/?q=a%00b", "runs/?trigger=%00", "contacts/?tag=a&tag=%00"])
def test_no_parameter_holds_a_null_character(path: str, alice_api: ApiClient) -> None:
    assert refused(alice_api.get(path), "invalid")


def test_templates_are_listed_by_their_format(alice_api: ApiClient) -> None:
    """DRF takes `?format=` for itself."""
    for form in ("text", "html"):
        json_of(alice_api.post("templates/", {"name": form, "format": form, "body": "Hello"}), 201)
    assert [row["name"] for row in json_of(alice_api.get("templates/?format=text"))["results"]] == ["text"]


@pytest.mark.parametrize("path", ["account/", "mailboxes/test/", "contacts/bulk/", "imports/"])
def test_half_a_character_is_the_senders_error(path: str, alice_api: ApiClient) -> None:
    """It cannot be written into the answer that quotes it, either."""
    body = {"language": "\ud800", "kind": "\ud800", "action": "\ud800", "entity": "\ud800"}
    problem_of(alice_api.call("PATCH" if path == "account/" else "POST", path, body), 400, "parse-error")


@pytest.mark.parametrize("path", ["contacts/", "imports/", "uploads/"])
def test_a_body_nested_without_end(path: str, alice_api: ApiClient) -> None:
    body = b"[" * 100_000
    answer = alice_api.client.generic("POST", f"/api/v1/{path}", body, content_type="application/json")
    problem_of(answer, 400, "parse-error")


@pytest.mark.parametrize("wrong", ["none", "", "-1", -1, 0, 10**30, "1\u0000"])
def test_what_cannot_be_an_id_is_not_taken_for_none(wrong: object, alice_api: ApiClient, alice: Membership) -> None:
    json_of(alice_api.patch("account/", {"default_responsible": str(alice.pk)}))
    problem_of(alice_api.patch("account/", {"default_responsible": wrong}), 400)
    assert json_of(alice_api.get("account/"))["default_responsible"] == str(alice.pk)
    template = json_of(alice_api.post("templates/", {"name": "Offer"}), 201)
    for name in ("from_mailbox", "from_alias"):
        answer = alice_api.patch(f"templates/{template['id']}/", {name: wrong})
        assert refused(answer, "does_not_exist") == [f"#/{name}"]


@pytest.mark.parametrize("one", [None, {}, {"lead": None}])
def test_nothing_is_left_out_of_one_of_a_list(one: object, alice_api: ApiClient) -> None:
    """Also not where a PATCH leaves out what it does not change."""
    draft = json_of(alice_api.post("drafts/", {"subject": "Offer"}), 201)
    for answer in (
        alice_api.post("drafts/", {"to_each": [one]}),
        alice_api.patch(f"drafts/{draft['id']}/", {"to_each": [one]}),
    ):
        (error,) = problem_of(answer, 400)["errors"]
        assert error["pointer"].startswith("#/to_each")


def test_a_kind_of_task_with_a_null_character(alice_api: ApiClient) -> None:
    ana = json_of(alice_api.post("contacts/", {"first_name": "Ana"}), 201)
    body = {"type": "call\0", "due_at": "2030-01-01T10:00:00Z", "card": {"type": "contact", "id": ana["id"]}}
    assert refused(alice_api.post("tasks/", body), "does_not_exist") == ["#/type"]


@pytest.mark.rule("M10")
def test_a_mailing_says_once_whom_it_goes_to(alice_api: ApiClient) -> None:
    ana = json_of(alice_api.post("contacts/", {"first_name": "Ana", "emails": ["ana@client.example"]}), 201)
    lead = json_of(alice_api.post("leads/", {"name": "Desks", "contacts": [ana["id"]]}), 201)
    both = {"name": "News", "contacts": [ana["id"]], "leads": [lead["id"]]}
    assert refused(alice_api.post("mailings/", both), "refused") == ["#/leads"]
    made = json_of(alice_api.post("mailings/", {**both, "contacts": []}), 201)
    assert made["recipient_count"] == 1
    later = alice_api.patch(f"mailings/{made['id']}/", {"contacts": [ana["id"]]})
    assert refused(later, "refused") == ["#/contacts"]
    huge = alice_api.post(f"mailings/{made['id']}/preview/", {"number": 10**30})
    problem_of(huge, 400)
