"""`outbox/` and `uploads/`: letters on their way out and their files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from tests.api.client import API, ApiClient, assert_closed, json_of, problem_of
from tests.api.conftest import MakeLetter

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

pytestmark = pytest.mark.django_db


def upload(api: ApiClient, content: bytes = b"%PDF", name: str = "offer.pdf", **headers: Any) -> Answer:
    file = SimpleUploadedFile(name, content, content_type="application/pdf")
    return api.client.post(f"{API}uploads/", {"file": file}, headers=headers)


@pytest.fixture
def asked(sales: Mailbox) -> dict[str, Any]:
    return {
        "mailbox": str(sales.pk),
        "to": ["Dana Diaz <dana@client.example>"],
        "cc": ["eve@client.example"],
        "bcc": [],
        "subject": "Offer",
        "text": "Dear Dana",
        "undo_seconds": 60,
    }


def test_a_letter_is_queued_and_read(
    alice_api: ApiClient, asked: dict[str, Any], make_letter: MakeLetter, sales: Mailbox
) -> None:
    file = json_of(upload(alice_api), 201)
    assert (file["filename"], file["size"], file["content_type"]) == ("offer.pdf", 4, "application/pdf")
    letter = make_letter(sales)
    answer = alice_api.post("outbox/", {**asked, "attachments": [file["id"]], "reply_to_message": str(letter.pk)})
    made = json_of(answer, 201)
    for name in ("mailbox", "to", "cc", "bcc", "subject", "text"):
        assert made[name] == asked[name], name
    assert (made["attachments"], made["reply_to_message"]) == ([file["id"]], str(letter.pk))
    assert (made["state"], made["error"], made["attempts"]) == ("queued", None, 0)
    assert (made["thread"], made["message"]) == (str(letter.thread_id), None)
    assert made["recipients"][0] == {"address": "dana@client.example", "state": "waiting", "error": ""}
    assert made["message_id_header"]
    assert json_of(alice_api.get(f"outbox/{made['id']}/")) == made
    for query in ({}, {"mailbox": asked["mailbox"]}, {"state": "queued"}, {"thread": made["thread"]}):
        assert json_of(alice_api.get("outbox/", **query))["results"] == [made]
    assert json_of(alice_api.get("outbox/", state="sent"))["results"] == []


@pytest.mark.rule("G04")
def test_sent_twice_with_one_key_it_is_queued_once(
    alice: Membership, alice_api: ApiClient, asked: dict[str, Any]
) -> None:
    ids = {json_of(alice_api.post("outbox/", asked, Idempotency_Key="k"), 201)["id"] for _ in range(2)}
    assert len(ids) == 1
    with tenant(alice.account_id):
        assert OutgoingMail.objects.count() == 1


def test_a_queued_letter_is_taken_back_once(alice_api: ApiClient, asked: dict[str, Any]) -> None:
    path = f"outbox/{json_of(alice_api.post('outbox/', asked), 201)['id']}/"
    assert json_of(alice_api.post(f"{path}cancel/"))["state"] == "canceled"
    problem_of(alice_api.post(f"{path}cancel/"), 409, "wrong-state")
    problem_of(alice_api.post(f"{path}retry/"), 409, "wrong-state")


def test_a_failed_letter_says_what_to_do_and_is_sent_again(
    alice: Membership, alice_api: ApiClient, asked: dict[str, Any]
) -> None:
    path = f"outbox/{json_of(alice_api.post('outbox/', asked), 201)['id']}/"
    with tenant(alice.account_id):
        OutgoingMail.objects.update(state="failed", error_code="spam", error_detail="554 5.7.1 spam")
    error = json_of(alice_api.get(path))["error"]
    assert (error["code"], error["detail"]) == ("spam", "554 5.7.1 spam")
    assert error["advice"]
    assert json_of(alice_api.post(f"{path}retry/"))["state"] == "queued"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"to": ["nobody"]}, "#/to"),
        ({"to": [], "cc": []}, "#/to"),
        ({"cc": ["a@b.example\r\nBcc: x@y.example"]}, "#/cc"),
        ({"subject": "a\r\nBcc: x@y.example"}, "#/subject"),
        ({"mailbox": "999999"}, "#/mailbox"),
        ({"attachments": ["999999"]}, "#/attachments"),
        ({"reply_to_message": "999999"}, "#/reply_to_message"),
        ({"send_at": "tomorrow"}, "#/send_at"),
        ({"send_at": "2020-01-01T09:00:00Z"}, "#/send_at"),
        ({"to": "a@b.example"}, "#/to"),
    ],
)
def test_what_is_wrong_is_named(
    change: dict[str, Any], pointer: str, alice_api: ApiClient, asked: dict[str, Any]
) -> None:
    found = problem_of(alice_api.post("outbox/", {**asked, **change}), 400, "invalid-request")
    assert [error["pointer"].removesuffix("/0") for error in found["errors"]] == [pointer]
    assert json_of(alice_api.get("outbox/"))["results"] == []


def test_an_upload_counts_once_for_one_key(alice_api: ApiClient) -> None:
    headers: Any = {"Idempotency-Key": "k"}
    ids = {json_of(upload(alice_api, **headers), 201)["id"] for _ in range(2)}
    assert len(ids) == 1
    problem_of(upload(alice_api, b"other", **headers), 422)


def test_a_file_that_is_too_large_is_refused(alice_api: ApiClient, settings: Settings) -> None:
    settings.ATTACHMENTS_MAX_BYTES = 3
    assert problem_of(upload(alice_api), 400)["errors"][0]["pointer"] == "#/file"
    settings.ATTACHMENTS_MAX_BYTES = -2_000_000
    problem_of(upload(alice_api), 413, "too-large")


def test_an_upload_without_a_file_is_refused(alice_api: ApiClient) -> None:
    answer = alice_api.client.post(f"{API}uploads/")
    assert problem_of(answer, 400)["errors"][0]["pointer"] == "#/file"


def test_others_are_refused(
    alice_api: ApiClient, asked: dict[str, Any], charlie: Membership, bob_api: ApiClient
) -> None:
    file = json_of(upload(alice_api), 201)
    path = f"outbox/{json_of(alice_api.post('outbox/', asked), 201)['id']}/"
    assert_closed("GET", path, stranger=charlie, without=["contacts:read"])
    assert_closed("POST", f"{path}cancel/", stranger=charlie, without=["mail:read"])
    assert_closed("POST", f"{path}retry/", stranger=charlie, without=["mail:read"])
    problem_of(ApiClient(charlie).post("outbox/", asked), 400)
    assert json_of(ApiClient(charlie).get("outbox/"))["results"] == []
    problem_of(upload(ApiClient()), 401)
    problem_of(upload(ApiClient(charlie, ["mail:read"])), 403)
    found = problem_of(bob_api.post("outbox/", {**asked, "attachments": [file["id"]]}), 400)  # Alice's file
    assert found["errors"][0]["pointer"] == "#/attachments"


def test_a_word_that_is_no_field_sends_no_empty_letter(alice: Membership, alice_api: ApiClient, sales: Mailbox) -> None:
    """What was meant by `body` would be missing from the letter."""
    asked = {"mailbox": str(sales.pk), "to": ["ana@client.example"], "subject": "Offer", "body": "<p>Here</p>"}
    for path in ("outbox/", "drafts/"):
        errors = problem_of(alice_api.post(path, asked), 400)["errors"]
        assert [error["pointer"] for error in errors] == ["#/body"]
    with tenant(alice.account_id):
        assert not OutgoingMail.objects.exists()
