"""`templates/`: as the pages have it."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.models import Contact, ContactEmail
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from tests.api.client import API, ApiClient, assert_closed, json_of, problem_of

pytestmark = pytest.mark.django_db

OFFER = {
    "name": "Offer",
    "format": "html",
    "subject": "For {{contact.first_name|default('you')}}",
    "body": "<p>Dear {{contact.first_name}}, {{lead.name}}</p>",
    "is_public": True,
}


def upload(api: ApiClient, name: str = "plan.txt") -> str:
    file = SimpleUploadedFile(name, b"the plan", "text/plain")
    return str(json_of(api.client.post(f"{API}uploads/", {"file": file}), 201)["id"])


@pytest.mark.rule("M48", "M50", "K50")
def test_a_template_lives(alice_api: ApiClient, bob_api: ApiClient, bob: Membership) -> None:
    made = json_of(bob_api.post("templates/", {"name": "Mine", "body": "Hi"}), 201)
    assert (made["format"], made["owner"], made["attachments"], made["version"]) == ("visual", str(bob.pk), [], 1)
    path = f"templates/{made['id']}/"
    assert json_of(alice_api.patch(path, {"name": "Better"}))["name"] == "Better"
    read = bob_api.get(path)
    assert (read["ETag"], json_of(read)["body"]) == ('"2"', "Hi")
    problem_of(bob_api.call("PATCH", path, {"name": "x"}, If_Match='"1"'), 412, "changed-meanwhile")
    assert json_of(bob_api.call("PATCH", path, {"name": "x"}, If_Match='"2"'))["version"] == 3
    assert bob_api.delete(path).status_code == 204
    problem_of(alice_api.get(path), 404)


@pytest.mark.rule("M17", "M69")
def test_one_that_a_trigger_sends_is_not_deleted(alice_api: ApiClient) -> None:
    made = json_of(alice_api.post("templates/", {"name": "Offer", "body": "Hi"}), 201)
    trigger = {"name": "Send it again", "type": "mail", "settings": {"template": made["id"]}}
    sender = json_of(alice_api.post("triggers/", trigger), 201)
    problem_of(alice_api.delete(f"templates/{made['id']}/"), 409, "still-in-use")
    assert alice_api.delete(f"triggers/{sender['id']}/").status_code == 204
    assert alice_api.delete(f"templates/{made['id']}/").status_code == 204


@pytest.mark.rule("M50")
def test_others_are_refused(alice_api: ApiClient, bob_api: ApiClient, charlie: Membership) -> None:
    hidden = json_of(alice_api.post("templates/", {"name": "Hidden"}), 201)
    public = json_of(alice_api.post("templates/", OFFER), 201)
    assert [one["id"] for one in json_of(bob_api.get("templates/"))["results"]] == [public["id"]]
    problem_of(bob_api.get(f"templates/{hidden['id']}/"), 404)
    for method in ("PATCH", "DELETE"):
        problem_of(bob_api.call(method, f"templates/{public['id']}/", {}), 404)
    assert_closed("GET", f"templates/{public['id']}/", stranger=charlie, without=["contacts:read"])
    assert_closed("POST", f"templates/{public['id']}/preview/", stranger=charlie, without=["mail:read"])
    problem_of(bob_api.post("templates/", {"name": "x", "owner": public["owner"]}), 403)


@pytest.mark.rule("K52")
@pytest.mark.parametrize("part", ["subject", "body", "send_to"])
def test_a_wrong_field_is_named_with_its_place(alice_api: ApiClient, part: str) -> None:
    error = problem_of(alice_api.post("templates/", {"name": "x", part: "Hi {{ contact.nam }}"}), 400)["errors"][0]
    assert (error["pointer"], error["code"]) == (f"#/{part}", "unknown_field")
    assert "contact.nam" in error["detail"]
    assert "column 7" in error["detail"]


@pytest.mark.rule("M45")
def test_files_are_added_kept_and_taken_off(alice_api: ApiClient, bob_api: ApiClient) -> None:
    made = json_of(alice_api.post("templates/", {"name": "x", "attachments": [{"upload": upload(alice_api)}]}), 201)
    (first,) = made["attachments"]
    assert (first["filename"], first["size"]) == ("plan.txt", 8)
    path = f"templates/{made['id']}/"
    both = [{"id": first["id"]}, {"upload": upload(alice_api, "b.png"), "content_id": "b@letter"}]
    found = json_of(alice_api.patch(path, {"attachments": both}))["attachments"]
    assert [(file["filename"], file["content_id"]) for file in found] == [("plan.txt", ""), ("b.png", "b@letter")]
    assert json_of(alice_api.patch(path, {"name": "y"}))["attachments"] == found
    assert json_of(alice_api.patch(path, {"attachments": []}))["attachments"] == []
    for wrong in ({"id": first["id"]}, {"upload": upload(bob_api)}, {}):
        assert (
            problem_of(alice_api.patch(path, {"attachments": [wrong]}), 400)["errors"][0]["pointer"] == "#/attachments"
        )


@pytest.mark.rule("M18", "M41")
def test_a_preview_fills_in_a_card(alice_api: ApiClient, alice: Membership, sales: Mailbox) -> None:
    with tenant(alice.account_id):
        ann = Contact.objects.create(name="Ann", first_name="Ann")
        ContactEmail.objects.create(contact=ann, email="ann@client.example", email_key="ann@client.example")
        Mailbox.objects.filter(pk=sales.pk).update(is_account_default=True)
    path = f"templates/{json_of(alice_api.post('templates/', OFFER), 201)['id']}/preview/"
    found = json_of(alice_api.post(path, {"contact": str(ann.pk)}))
    assert (found["subject"], found["to"]) == ("For Ann", ["ann@client.example"])
    assert "<p>Dear Ann, </p>" in found["html"]
    assert (found["empty_fields"], found["problem"]) == (["lead.name"], "")
    assert "sales@acme.example" in found["sender"]
    assert json_of(alice_api.post(path, {}))["subject"] == "For you"
    problem_of(alice_api.post(path, {"contact": "999999"}), 404)


@pytest.mark.rule("M41", "M45")
def test_a_test_letter_goes_to_oneself(alice_api: ApiClient, alice: Membership, sales: Mailbox) -> None:
    body = {**OFFER, "attachments": [{"upload": upload(alice_api)}]}
    made = json_of(alice_api.post("templates/", body), 201)
    path = f"templates/{made['id']}/test/"
    problem_of(alice_api.post(path, {}), 409, "no-sender")
    json_of(alice_api.patch(f"templates/{made['id']}/", {"from_mailbox": str(sales.pk)}))
    sent = json_of(alice_api.post(path, {}), 201)
    assert sent["to"] == ["alice@acme.example"]
    with tenant(alice.account_id):
        mail = OutgoingMail.objects.get(pk=sent["id"])
        assert mail.template_id == int(made["id"])
        assert [row.upload.filename for row in mail.attachments.all()] == ["plan.txt"]


@pytest.mark.rule("K52")
def test_the_fields_are_listed(alice_api: ApiClient) -> None:
    names = {row["name"] for row in json_of(alice_api.get("templates/fields/"))}
    assert {
        "contact.first_name",
        "lead.price",
        "company.name",
        "customer.name",
        "user.name",
        "mailbox.address",
    } <= names


def test_templates_go_out_and_come_in(alice_api: ApiClient, charlie_api: ApiClient) -> None:
    json_of(alice_api.post("templates/", {**OFFER, "attachments": [{"upload": upload(alice_api)}]}), 201)
    answer: Any = alice_api.get("templates/export/")
    raw = b"".join(answer.streaming_content)
    assert "templates.json" in zipfile.ZipFile(io.BytesIO(raw)).namelist()
    for created in (["Offer"], ["Offer (2)"]):
        file = SimpleUploadedFile("templates.zip", raw, "application/zip")
        report = json_of(charlie_api.client.post(f"{API}templates/import/", {"file": file}))
        assert (report["created"], report["refused"]) == (created, [])
    found = json_of(charlie_api.get("templates/"))["results"][0]
    assert (found["subject"], found["attachments"][0]["filename"]) == (OFFER["subject"], "plan.txt")
    wrong = SimpleUploadedFile("templates.zip", b"PK no archive")
    problem_of(charlie_api.client.post(f"{API}templates/import/", {"file": wrong}), 400)


def test_a_copy_is_ones_own(alice_api: ApiClient, bob_api: ApiClient, bob: Membership) -> None:
    made = json_of(alice_api.post("templates/", OFFER), 201)
    copy = json_of(bob_api.post(f"templates/{made['id']}/duplicate/"), 201)
    assert (copy["name"], copy["owner"], copy["is_public"]) == ("Offer (copy)", str(bob.pk), False)
