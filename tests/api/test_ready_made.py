"""`ready-made/offer/`: the plan and the set by the API; `users/` and `account/` say who uses the Mailer."""

from __future__ import annotations

import pytest

from accounts.models import Account, Membership
from automation.models import Trigger
from crm.models import Stage
from crm.pipelines import create_pipeline
from tests.api.client import ApiClient, json_of

URL = "ready-made/offer/"


@pytest.fixture
def stage(in_account: Account) -> Stage:
    return create_pipeline("Sales").stages.get(name="Qualified")


@pytest.mark.rule("M73")
def test_it_is_planned_then_added(alice_api: ApiClient, stage: Stage) -> None:
    plan = json_of(alice_api.get(f"{URL}?stage={stage.pk}"))["pieces"]
    assert [piece["is_there"] for piece in plan if piece["kind"] == "stage"] == [True, False]
    assert not Trigger.objects.exists()
    answer = alice_api.post(URL, {"stage": str(stage.pk), "offer_url": "https://acme.example/o.pdf"})
    made = json_of(answer, 201)
    assert len(made["triggers"]) == Trigger.objects.count() == 4
    assert alice_api.get(f"templates/{made['template']}/").json()["name"] == "Offer"


def test_wrong_values_are_named(alice_api: ApiClient, stage: Stage) -> None:
    assert alice_api.post(URL, {"stage": "999999"}).json()["errors"][0]["pointer"] == "#/stage"
    bad = alice_api.post(URL, {"stage": str(stage.pk), "offer_url": "javascript:x"})
    assert (bad.status_code, Trigger.objects.exists()) == (400, False)


def test_others_are_refused(bob_api: ApiClient, charlie_api: ApiClient, stage: Stage) -> None:
    assert bob_api.post(URL, {"stage": str(stage.pk)}).status_code == 403
    assert charlie_api.post(URL, {"stage": str(stage.pk)}).status_code == 400


@pytest.mark.rule("M01")
def test_who_uses_the_mailer(alice_api: ApiClient, bob: Membership) -> None:
    answer = alice_api.patch(f"users/{bob.pk}/", {"mailer_access": True})
    assert answer.json()["mailer_access"] is True
    answer = alice_api.patch("account/", {"mailer_enabled": False, "confirm_forms": True})
    assert (answer.json()["mailer_enabled"], answer.json()["confirm_forms"]) == (False, True)
    assert alice_api.get("triggers/").status_code == 403
