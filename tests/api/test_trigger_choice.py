"""Triggers of drafts, letters and templates on the wire (M17, M47)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Membership
from accounts.tenancy import tenant
from automation.models import Trigger
from letter_templates.models import Template
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from tests.api.client import API, ApiClient, json_of, problem_of


@pytest.fixture
def choice(alice: Membership) -> dict[str, Any]:
    with tenant(alice.account_id):
        ids = [
            str(Trigger.objects.create(number=number, name="Call", type="note", settings={"text": "x"}).pk)
            for number in (1, 2)
        ]
    waiting = {"after_seconds": 120, "triggers": ids[1:]}
    return {"sent": ids, "opened": [], "not_opened": waiting, "failed": ids[:1]}


@pytest.mark.rule("M17", "M19", "M47")
def test_template_draft_and_letter_show_what_was_chosen(
    alice_api: ApiClient, alice: Membership, sales: Mailbox, choice: dict[str, Any]
) -> None:
    template = json_of(alice_api.post("templates/", {"name": "Offer", "body": "<p>Hi</p>", "triggers": choice}), 201)
    assert template["triggers"] == choice
    letter = {"mailbox": str(sales.pk), "to": ["c@client.example"], "subject": "Hi"}
    from_template = {**letter, "undo_seconds": 60, "template": template["id"]}
    mail = json_of(alice_api.post("outbox/", from_template), 201)
    assert (mail["triggers"], mail["track_opens"], mail["is_automatic"]) == (choice, True, False)
    none = json_of(alice_api.post("outbox/", {**from_template, "triggers": {}}), 201)
    assert none["triggers"]["sent"] == []
    draft = json_of(alice_api.post("drafts/", {**letter, "triggers": choice, "track_links": False}), 201)
    assert (draft["triggers"], draft["track_opens"], draft["track_links"]) == (choice, None, False)
    path = f"drafts/{draft['id']}/"
    assert json_of(alice_api.patch(path, {"subject": "Hello"}))["triggers"] == choice
    sent = json_of(alice_api.post(f"{path}send/", {"undo_seconds": 60}), 201)
    assert (sent["triggers"], sent["track_links"]) == (choice, False)


@pytest.mark.rule("M61", "M62")
def test_who_waits_for_what_nobody_can_tell_is_warned(
    alice_api: ApiClient, sales: Mailbox, choice: dict[str, Any]
) -> None:
    def codes(path: str, body: dict[str, Any]) -> list[str]:
        made = json_of(alice_api.post(path, {"triggers": choice, **body}), 201)
        return [warning["code"] for warning in made["warnings"]]

    plain = {"name": "Offer", "format": "text"}
    assert codes("templates/", {**plain, "body": "Hello"}) == ["opens_unseen"]
    assert codes("templates/", {**plain, "body": "Hello", "triggers": {"sent": choice["sent"]}}) == []
    assert codes("templates/", {**plain, "format": "html", "body": "<p>Hello</p>"}) == []
    unseen = {"track_opens": False, "track_links": False}
    letter = {"mailbox": str(sales.pk), "to": ["c@client.example"], "subject": "Hi", "undo_seconds": 60}
    draft = {"mailbox": str(sales.pk), "subject": "Hi"}
    for path, body in (("drafts/", draft), ("outbox/", letter)):
        assert codes(path, {**body, "html": "<p>Hello</p>"}) == []
        assert codes(path, {**body, "html": "<p>Hello</p>", "track_opens": False}) == []
        assert codes(path, {**body, "html": "<p>Hello</p>", **unseen}) == ["opens_unseen"]
        assert codes(path, {**body, "text": "Hello"}) == ["opens_unseen"]


@pytest.mark.rule("M01")
def test_choosing_takes_the_mailer_and_triggers_that_are_there(
    alice_api: ApiClient, bob_api: ApiClient, alice: Membership, choice: dict[str, Any]
) -> None:
    problem_of(bob_api.post("drafts/", {"triggers": choice}), 403)
    problem_of(bob_api.post("templates/", {"name": "Mine", "triggers": choice}), 403)
    for wrong in (
        {"sent": ["999999"]},
        {"not_opened": {"after_seconds": 59, "triggers": choice["sent"]}},
        {"opened": "all"},
        {"sent": [str(number) for number in range(1, 30)]},
    ):
        problem = problem_of(alice_api.post("templates/", {"name": "Mine", "triggers": wrong}), 400)
        assert "triggers" in str(problem)
    with tenant(alice.account_id):
        assert not Template.objects.exists()
        assert not OutgoingMail.objects.exists()


@pytest.mark.rule("M47")
def test_triggers_travel_by_their_numbers_in_a_file_of_templates(
    alice_api: ApiClient, alice: Membership, choice: dict[str, Any]
) -> None:
    made = json_of(alice_api.post("templates/", {"name": "Offer", "triggers": choice}), 201)
    answer: Any = alice_api.get("templates/export/")
    file = SimpleUploadedFile("templates.zip", b"".join(answer.streaming_content), "application/zip")
    with tenant(alice.account_id):
        Template.objects.all().delete()
        Trigger.objects.filter(number=2).delete()
    report = json_of(alice_api.client.post(f"{API}templates/import/", {"file": file}))
    assert report["created"] == [made["name"]]
    with tenant(alice.account_id):
        stored = Template.objects.get().triggers
    assert stored == {"sent": [int(choice["sent"][0])], "failed": [int(choice["failed"][0])]}
