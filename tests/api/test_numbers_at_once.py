"""Of two administrators who choose the same number at once, the second is told that it is taken."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from automation.links import LinkValues, create_link
from automation.triggers import TriggerValues, create_trigger
from crm.custom_fields import FieldValues, create_field
from pages.pages import create_page
from pages.requests import PageFields
from tests.api.client import ApiClient, problem_of
from tests.meanwhile import done_meanwhile

pytestmark = pytest.mark.django_db(transaction=True)  # locks are seen from another connection only

NUMBER = 1028
Make = Callable[[Membership], object]
THINGS: dict[str, tuple[Make, dict[str, Any]]] = {
    "triggers/": (
        lambda admin: create_trigger(admin, TriggerValues("First", "note", {"text": "x"}), number=NUMBER),
        {"name": "Second", "type": "note", "settings": {"text": "x"}},
    ),
    "trigger-links/": (
        lambda admin: create_link(admin, LinkValues("First", number=NUMBER)),
        {"name": "Second"},
    ),
    "pages/": (
        lambda admin: create_page(admin, PageFields("First"), number=NUMBER),
        {"name": "Second"},
    ),
    "custom-fields/": (
        lambda admin: create_field(admin, FieldValues("lead", "First", "text", NUMBER)),
        {"entity": "lead", "name": "Second", "type": "text"},
    ),
}


def test_a_program_is_told_that_it_is_taken(alice: Membership, alice_api: ApiClient) -> None:
    for path, (make, body) in THINGS.items():
        with done_meanwhile(alice.account_id, partial(make, alice)):
            answer = alice_api.post(path, {**body, "number": NUMBER})
        (error,) = problem_of(answer, 400)["errors"]
        assert error["pointer"] == "#/number", path
        assert error["detail"].endswith("with this number already.")


def test_a_person_is_told_at_the_field(alice: Membership, signed_in: Callable[[Membership], Client]) -> None:
    client = signed_in(alice)
    with done_meanwhile(alice.account_id, partial(THINGS["trigger-links/"][0], alice)):
        answer = client.post(reverse("trigger_link_new"), {"name": "Second", "number": NUMBER, "after": "thanks"})
    assert answer.status_code == 422
    assert "There is a trigger link with this number already." in answer.content.decode()
