"""A template that would send itself without end, and one that is sent by itself and is to be deleted."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from automation.models import Trigger
from letter_templates.requests import TemplateFields
from letter_templates.services import create_template

SignIn = Callable[[Membership], Client]


@pytest.mark.rule("M98")
def test_a_template_that_would_send_itself_is_refused_with_the_way_round(
    signed_in: SignIn, alice: Membership, in_account: Account
) -> None:
    made = create_template(alice, TemplateFields(name="Offer", is_public=True))
    again = Trigger.objects.create(number=1, name="Send it again", type="mail", settings={"template": made.pk})
    url = reverse("template", args=[made.pk])
    answer = signed_in(alice).post(
        url, {"name": "Offer", "format": "visual", "version": 1, "triggers": json.dumps({"sent": [again.pk]})}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Letters would go round in a circle" in page
    assert reverse("cycle_copy", args=[made.pk]) in page
    assert 'data-unsaved="changed"' in page


@pytest.mark.rule("M17", "M69")
def test_a_template_that_a_trigger_sends_is_not_deleted_and_the_page_says_why(
    signed_in: SignIn, alice: Membership, in_account: Account
) -> None:
    made = create_template(alice, TemplateFields(name="Offer", is_public=True))
    Trigger.objects.create(number=1, name="Send it again", type="mail", settings={"template": made.pk})
    answer = signed_in(alice).post(reverse("template_delete", args=[made.pk]), follow=True)
    assert "This is sent by: trigger “Send it again”. Choose another template there first." in answer.content.decode()
    assert answer.redirect_chain == [(reverse("template", args=[made.pk]), 302)]
