"""`triggers/`, `trigger-links/` and `runs/`."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from automation.models import Run
from crm.models import Note
from letter_templates.trigger_choice import TriggerChoice
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, assert_closed, json_of, problem_of
from tests.automation.letters import carry_out, send
from tests.automation.stages import make_person, make_template
from tests.conftest import MakeMailbox

pytestmark = pytest.mark.django_db


def make(api: ApiClient, type_: str = "note", **settings: Any) -> dict[str, Any]:
    body = {"name": "Write it down", "type": type_, "settings": settings or {"text": "{subject}"}}
    return json_of(api.post("triggers/", body), 201)


@pytest.mark.rule("M60", "M66")
def test_a_trigger_is_made_read_changed_and_deleted(alice_api: ApiClient) -> None:
    made = make(alice_api)
    path = f"triggers/{made['id']}/"
    assert (made["settings"], made["is_active"], made["used_in"]) == ({"text": "{subject}"}, True, [])
    changed = json_of(alice_api.patch(path, {"delay_seconds": 60, "is_active": False}))
    assert (changed["delay_seconds"], changed["is_active"], changed["name"]) == (60, False, "Write it down")
    link = json_of(alice_api.post("trigger-links/", {"name": "Offer", "once": True, "triggers": [made["id"]]}), 201)
    assert link["code"] == f"{{triggerlink:{link['number']}}}"
    refused = problem_of(alice_api.delete(path), 409, "still-in-use")
    assert refused["places"] == [{"kind": "link", "id": link["id"], "name": "Offer"}]
    assert alice_api.delete(f"{path}?everywhere=true").status_code == 204
    assert json_of(alice_api.get(f"trigger-links/{link['id']}/"))["triggers"] == []
    assert alice_api.delete(f"trigger-links/{link['id']}/").status_code == 204


@pytest.mark.rule("M98")
def test_a_circle_is_told_by_its_path(alice_api: ApiClient, alice: Membership) -> None:
    with tenant(alice.account_id):
        offer = make_template(alice)
    again = make(alice_api, "mail", template=str(offer.pk))
    found = problem_of(alice_api.patch(f"templates/{offer.pk}/", {"triggers": {"opened": [again["id"]]}}), 400, "cycle")
    assert found["path"] == ["Offer", "Letter opened: Write it down", "Offer"]
    assert found["template"] == str(offer.pk)


@pytest.mark.parametrize(
    ("type_", "given", "pointer"),
    [
        ("note", {"text": " "}, "#/settings/text"),
        ("note", {"text": "{{ contact.age }}"}, "#/settings/text"),
        ("task", {"task_type": "0"}, "#/settings/task_type"),
        ("stage", {"stage": "x"}, "#/settings/stage"),
        ("field", {"entity": "boat"}, "#/settings/entity"),
        ("tags", {"entity": "lead"}, "#/settings/add"),
    ],
)
def test_wrong_settings_are_named(alice_api: ApiClient, type_: str, given: dict[str, str], pointer: str) -> None:
    answer = alice_api.post("triggers/", {"name": "x", "type": type_, "settings": given})
    assert [error["pointer"] for error in problem_of(answer, 400, "invalid-request")["errors"]] == [pointer]


@pytest.mark.rule("M01", "M17", "G10")
def test_members_with_the_mailer_read_and_administrators_write(
    alice_api: ApiClient, bob_api: ApiClient, bob: Membership, charlie: Membership
) -> None:
    path = f"triggers/{make(alice_api)['id']}/"
    assert bob_api.get(path).status_code == bob_api.get("runs/").status_code == 403
    with tenant(bob.account_id):
        Membership.objects.filter(pk=bob.pk).update(mailer_access=True)
    assert bob_api.get(path).status_code == bob_api.get("trigger-links/").status_code == 200
    assert bob_api.patch(path, {"name": "Mine"}).status_code == 403
    assert bob_api.post("triggers/pause/", {}).status_code == 403
    assert_closed("PATCH", path, stranger=charlie, without=["contacts:write"])
    assert json_of(ApiClient(charlie).get("triggers/"))["results"] == []


@pytest.mark.rule("M50", "G10")
def test_a_colleagues_own_template_is_named_to_nobody_else(
    alice_api: ApiClient, alice: Membership, bob_api: ApiClient, bob: Membership
) -> None:
    note = make(alice_api)
    with tenant(alice.account_id):
        Membership.objects.filter(pk=bob.pk).update(mailer_access=True)
        choice = TriggerChoice(sent=(int(note["id"]),))
        make_template(alice, "Dismissal of Bob", triggers=choice)
    path = f"triggers/{note['id']}/"
    assert [place["name"] for place in json_of(alice_api.get(path))["used_in"]] == ["Dismissal of Bob"]
    assert json_of(bob_api.get(path))["used_in"] == json_of(bob_api.get("triggers/"))["results"][0]["used_in"] == []


@pytest.mark.rule("M33")
def test_runs_are_listed_for_who_sees_the_letter(
    alice: Membership, alice_api: ApiClient, bob: Membership, bob_api: ApiClient, sales: Mailbox, alices_own: Mailbox
) -> None:
    note = make(alice_api)
    with tenant(alice.account_id):
        Membership.objects.filter(pk=bob.pk).update(mailer_access=True)
        ann = make_person("Ann", "ann@client.example")
        own, shared = (send(alice, box, ann, sent=(int(note["id"]),)) for box in (alices_own, sales))
        carry_out()
    found = json_of(alice_api.get(f"runs/?contact={ann.pk}&state=done"))["results"]
    assert [row["mail"] for row in found] == [str(shared.pk), str(own.pk)]
    (seen,) = json_of(bob_api.get("runs/"))["results"]
    assert (seen["mail"], seen["event"], seen["detail"]["card"]) == (str(shared.pk), "sent", "contact")
    assert bob_api.get(f"runs/{found[1]['id']}/").status_code == 404
    assert json_of(alice_api.get("runs/?state=waiting"))["results"] == []


@pytest.mark.rule("M33", "K23")
def test_an_administrator_sees_that_it_ran_and_not_for_which_letter(
    alice: Membership, alice_api: ApiClient, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    note = make(alice_api)
    bobs = make_mailbox("bob@acme.example", owner=bob)
    with tenant(alice.account_id):
        Membership.objects.filter(pk=bob.pk).update(mailer_access=True)
        bob.refresh_from_db()
        ann = make_person("Ann", "ann@client.example")
        mail = send(bob, bobs, ann, sent=(int(note["id"]),))
        carry_out()
    (row,) = json_of(alice_api.get("runs/"))["results"]
    assert (row["mail"], row["cause"], row["state"]) == (None, "", "done")
    assert json_of(alice_api.get(f"runs/?mail={mail.pk}"))["results"] == []


def test_a_dry_run_writes_nothing(alice: Membership, alice_api: ApiClient) -> None:
    note = make(alice_api)
    with tenant(alice.account_id):
        ann = make_person("Ann", "ann@client.example")
    card = {"card": {"type": "contact", "id": str(ann.pk)}}
    told = json_of(alice_api.post(f"triggers/{note['id']}/dry-run/", card))
    assert (told["state"], told["detail"]) == ("done", {"card": "contact", "card_id": ann.pk})
    with tenant(alice.account_id):
        assert not Note.objects.exists()
        assert not Run.objects.exists()
    paused = json_of(alice_api.post("triggers/pause/", {}))
    assert paused["paused_at"]
    assert json_of(alice_api.post("triggers/resume/", {}))["paused_at"] is None
