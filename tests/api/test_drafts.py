"""`drafts/`: written in pieces, by their author alone, and sent."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.contacts import ContactValues, create_contact
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, json_of, problem_of
from tests.api.conftest import MakeLetter
from tests.api.test_outbox import upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(sales: Mailbox) -> dict[str, Any]:
    return {
        "mailbox": str(sales.pk),
        "to": ["Dana <dana@client.example>", "still typ"],
        "subject": "Offer",
        "html": "<p>Dear Dana</p>",
        "attachment_url": "https://files.example/a.pdf",
    }


@pytest.fixture
def made(alice_api: ApiClient, asked: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = json_of(alice_api.post("drafts/", asked), 201)
    return made


def test_the_list_is_narrowed_to_a_mailbox(alice_api: ApiClient, made: dict[str, Any], alices_own: Mailbox) -> None:
    assert [row["id"] for row in json_of(alice_api.get("drafts/", mailbox=made["mailbox"]))["results"]] == [made["id"]]
    assert json_of(alice_api.get("drafts/", mailbox=str(alices_own.pk)))["results"] == []


@pytest.mark.rule("G04")
def test_a_draft_is_kept_as_far_as_it_is_written(
    alice_api: ApiClient, asked: dict[str, Any], made: dict[str, Any], make_letter: MakeLetter, sales: Mailbox
) -> None:
    assert {name: made[name] for name in asked} == asked
    assert (made["text"], made["format"], made["version"]) == ("Dear Dana", "html", 1)
    letter = make_letter(sales)
    file = json_of(upload(alice_api), 201)
    more = {"attachments": [file["id"]], "content_ids": {file["id"]: "i@x"}, "reply_to_message": str(letter.pk)}
    answer = alice_api.patch(f"drafts/{made['id']}/", more)
    saved = json_of(answer)
    assert (saved["html"], saved["version"], answer["ETag"]) == (made["html"], 2, '"2"')
    assert {name: saved[name] for name in more} == more
    assert json_of(alice_api.get("drafts/"))["results"] == [saved]
    assert json_of(alice_api.get(f"drafts/{made['id']}/")) == saved
    assert alice_api.delete(f"drafts/{made['id']}/").status_code == 204
    assert json_of(alice_api.get("drafts/"))["results"] == []


@pytest.mark.rule("G04")
def test_who_read_an_older_one_is_told(alice_api: ApiClient, made: dict[str, Any]) -> None:
    path = f"drafts/{made['id']}/"
    etag = alice_api.get(path)["ETag"]
    json_of(alice_api.call("PATCH", path, {"subject": "New"}, If_Match=etag))
    late = problem_of(alice_api.call("PATCH", path, {"subject": "Newer"}, If_Match=etag), 412, "changed-meanwhile")
    assert late["current_version"] == 2
    problem_of(alice_api.call("DELETE", path, If_Match=etag), 412, "changed-meanwhile")
    problem_of(alice_api.post(f"{path}send/", {}, If_Match=etag), 412, "changed-meanwhile")
    assert json_of(alice_api.get(path))["subject"] == "New"


def test_a_text_takes_the_place_of_html_and_back(alice_api: ApiClient, made: dict[str, Any]) -> None:
    path = f"drafts/{made['id']}/"
    text = json_of(alice_api.patch(path, {"text": "1 < 2"}))
    assert (text["format"], text["text"], text["html"]) == ("text", "1 < 2", "")
    html = json_of(alice_api.patch(path, {"format": "visual"}))
    assert (html["format"], html["html"]) == ("visual", "<p>1 &lt; 2</p>")
    assert json_of(alice_api.patch(path, {"html": ""}))["html"] == ""


@pytest.mark.rule("G04", "M20")
def test_it_is_sent_and_taken_back(alice_api: ApiClient, made: dict[str, Any]) -> None:
    path = f"drafts/{made['id']}/"
    wrong = problem_of(alice_api.post(f"{path}send/", {}), 400)
    assert wrong["errors"][0]["pointer"] == "#/to"
    right = json_of(alice_api.patch(path, {"to": ["dana@client.example"]}))
    mail = json_of(alice_api.post(f"{path}send/", {"undo_seconds": 60}, If_Match='"2"', Idempotency_Key="k"), 201)
    again = json_of(alice_api.post(f"{path}send/", {"undo_seconds": 60}, If_Match='"2"', Idempotency_Key="k"), 201)
    assert (mail["id"], mail["state"], mail["html"]) == (again["id"], "queued", "<p>Dear Dana</p>")
    problem_of(alice_api.get(path), 404)
    json_of(alice_api.post(f"outbox/{mail['id']}/cancel/"))
    back = json_of(alice_api.get(path))
    assert {**back, "version": 0, "updated_at": ""} == {**right, "version": 0, "updated_at": ""}


@pytest.mark.rule("G04")
def test_a_letter_that_waits_for_its_time_can_be_written_on(
    alice_api: ApiClient, bob_api: ApiClient, charlie_api: ApiClient, asked: dict[str, Any]
) -> None:
    later = {"to": ["dana@client.example"], "send_at": "2099-01-01T00:00:00Z"}
    letter = json_of(alice_api.post("outbox/", {**asked, **later}), 201)["id"]
    problem_of(charlie_api.post("drafts/take-back/", {"outbox": letter}), 404)
    problem_of(bob_api.post("drafts/take-back/", {"outbox": letter}), 409, "wrong-state")
    draft = json_of(alice_api.post("drafts/take-back/", {"outbox": letter}))
    assert (draft["to"], draft["html"], draft["format"]) == (later["to"], asked["html"], "html")
    assert json_of(alice_api.get(f"outbox/{letter}/"))["state"] == "canceled"
    problem_of(alice_api.post("drafts/take-back/", {"outbox": letter}), 409, "wrong-state")


@pytest.mark.rule("M18", "K52")
def test_the_preview_shows_the_letter_and_what_is_empty(
    alice: Membership, alice_api: ApiClient, made: dict[str, Any]
) -> None:
    with tenant(alice.account_id):
        contact = create_contact(ContactValues(first_name="Dana", emails=["dana@client.example"]))
    path = f"drafts/{made['id']}/"
    body = "<p>Dear {{ contact.first_name }}, call {{ contact.phone }}</p>"
    json_of(alice_api.patch(path, {"html": body, "subject": "For {{contact.first_name}}"}))
    shown = json_of(alice_api.post(f"{path}preview/", {"contact": str(contact.pk)}))
    assert (shown["subject"], shown["empty_fields"]) == ("For Dana", ["contact.phone"])
    assert shown["html"] == "<p>Dear Dana, call </p>"
    assert json_of(alice_api.post(f"{path}preview/", {})) == shown, "the contact with the first address"
    json_of(alice_api.patch(path, {"html": "<p>{{ no.such }}</p>"}))
    wrong = problem_of(alice_api.post(f"{path}preview/", {}), 400)
    assert (wrong["errors"][0]["pointer"], "no.such" in wrong["detail"]) == ("#/html", True)


def test_nobody_else_has_it(bob_api: ApiClient, charlie_api: ApiClient, made: dict[str, Any]) -> None:
    path = f"drafts/{made['id']}/"
    for api in (bob_api, charlie_api):
        assert json_of(api.get("drafts/"))["results"] == []
        for answer in (api.get(path), api.patch(path, {}), api.delete(path), api.post(f"{path}send/", {})):
            problem_of(answer, 404)
        problem_of(api.post(f"{path}preview/", {}), 404)
    problem_of(charlie_api.post("drafts/", {"mailbox": made["mailbox"]}), 400)
