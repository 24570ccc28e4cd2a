"""`stage-actions/`: what stages send, as an administrator's program sets it up."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from crm.custom_fields import FieldValues, create_field
from crm.models import Tag
from crm.pipelines import create_pipeline
from letter_templates.services import TemplateFields, create_template
from tests.api.client import ApiClient, assert_closed, json_of, problem_of

PATH = "stage-actions/"


@pytest.fixture
def asked(alice: Membership) -> dict[str, Any]:
    with tenant(alice.account_id):
        stage = create_pipeline("Sales").stages.first()
        template = create_template(alice, TemplateFields("Offer", body="<p>Hi</p>"))
        Tag.objects.create(name="vip")
        assert stage
        return {"stage": str(stage.pk), "template": str(template.pk)}


@pytest.mark.rule("M30", "M31")
def test_an_action_lives(alice: Membership, alice_api: ApiClient, asked: dict[str, Any]) -> None:
    with tenant(alice.account_id):
        field = create_field(alice, FieldValues("lead", "Budget", "numeric"))
    conditions = [
        {"kind": "tag", "op": "has", "tag": "VIP"},
        {"kind": "field", "entity": "lead", "op": "equals", "field": field.number, "value": "700"},
    ]
    made = json_of(alice_api.post(PATH, {**asked, "conditions": conditions, "delay_seconds": 60}), 201)
    assert (made["on"], made["cancel_on_leave"], made["together"], made["mailbox"]) == ("both", True, False, None)
    assert made["conditions"] == [
        {"kind": "tag", "entity": "lead", "op": "has", "tag": "vip"},
        {"kind": "field", "entity": "lead", "op": "equals", "field": field.number, "value": 700},
    ]
    path = f"{PATH}{made['id']}/"
    changed = json_of(alice_api.patch(path, {"on": "moved", "conditions": conditions[:1], "is_active": False}))
    assert (changed["on"], len(changed["conditions"]), changed["delay_seconds"]) == ("moved", 1, 60)
    assert alice_api.delete(path).status_code == 204
    problem_of(alice_api.get(path), 404)


def test_actions_of_a_stage_keep_an_order(alice_api: ApiClient, asked: dict[str, Any]) -> None:
    ids = [json_of(alice_api.post(PATH, asked), 201)["id"] for _number in range(3)]
    json_of(alice_api.post(f"{PATH}{ids[2]}/place/", {"position": 0}))
    listed = json_of(alice_api.get(f"{PATH}?stage={asked['stage']}"))["results"]
    assert [one["id"] for one in listed] == [ids[2], ids[0], ids[1]]
    assert json_of(alice_api.get(f"{PATH}?stage=999999"))["results"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"conditions": [{"kind": "tag", "op": "has", "tag": "unheard of"}]},
        {"conditions": [{"kind": "field", "op": "filled", "field": 999}]},
        {"conditions": [{"kind": "tag", "op": "equals", "tag": "vip"}]},
        {"template": "999999"},
        {"stage": "999999"},
        {"mailbox": "999999"},
        {"on": "deleted"},
        {"delay_seconds": -1},
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    alice_api: ApiClient, asked: dict[str, Any], wrong: dict[str, Any]
) -> None:
    problem = problem_of(alice_api.post(PATH, {**asked, **wrong}), 400)
    assert next(iter(wrong)) in str(problem)


@pytest.mark.rule("M01", "M17")
def test_others_read_with_the_mailer_and_never_change(
    alice_api: ApiClient, bob_api: ApiClient, bob: Membership, charlie: Membership, asked: dict[str, Any]
) -> None:
    path = f"{PATH}{json_of(alice_api.post(PATH, asked), 201)['id']}/"
    problem_of(bob_api.get(PATH), 403)
    with tenant(bob.account_id):
        Membership.objects.filter(pk=bob.pk).update(mailer_access=True)
    assert len(json_of(bob_api.get(PATH))["results"]) == 1
    assert json_of(bob_api.get(path))["on"] == "both"
    for method in ("PATCH", "DELETE"):
        problem_of(bob_api.call(method, path, {}), 403)
    problem_of(bob_api.post(PATH, asked), 403)
    assert_closed("GET", path, stranger=charlie, without=["mail:read"])
    Account.objects.filter(pk=bob.account.pk).update(mailer_enabled=False)
    problem_of(alice_api.get(PATH), 403)
