"""Settings, Mailer, Trigger links: their code, their triggers in order; and who may do what on these screens."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from automation.links import LinkValues, create_link
from automation.models import Trigger
from automation.triggers import TriggerValues, create_trigger
from letter_templates.requests import TemplateFields
from letter_templates.services import create_template
from tracking.models import TriggerLink

SignIn = Callable[[Membership], Client]


@pytest.fixture
def triggers(alice: Membership, in_account: Account) -> list[Trigger]:
    return [create_trigger(alice, TriggerValues(name, "note", {"text": name})) for name in ("First", "Second")]


@pytest.mark.rule("M80", "M81", "M82", "M83")
def test_a_link_is_made_and_its_triggers_are_reordered(
    signed_in: SignIn, alice: Membership, triggers: list[Trigger]
) -> None:
    client, (first, second) = signed_in(alice), triggers
    typed = {"name": "Call me", "once": "on", "redirect_url": "https://acme.example/thanks", "number": "8"}
    client.post(reverse("trigger_link_new"), {**typed, "triggers": [first.pk, "", second.pk]})
    link = TriggerLink.objects.get()
    assert (link.number, link.once, link.triggers) == (8, True, [first.pk, second.pk])
    page = client.get(reverse("triggers")).content.decode()
    assert "{triggerlink:8}" in page
    assert "First, Second" in page
    client.post(reverse("trigger_link", args=[link.pk]), {"name": "Call me", "triggers": [second.pk, first.pk]})
    link.refresh_from_db()
    assert (link.number, link.once, link.triggers) == (8, False, [second.pk, first.pk])


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x.example", "acme"])
def test_only_addresses_of_the_web(signed_in: SignIn, alice: Membership, in_account: Account, url: str) -> None:
    answer = signed_in(alice).post(reverse("trigger_link_new"), {"name": "x", "redirect_url": url})
    assert answer.status_code == 422
    assert 'id="id_redirect_url_error"' in answer.content.decode()


def test_the_editor_offers_trigger_links_as_addresses(
    signed_in: SignIn, alice: Membership, bob: Membership, in_account: Account
) -> None:
    create_link(alice, LinkValues("Call me", number=8))
    for member, is_offered in ((alice, True), (bob, False)):
        template = create_template(member, TemplateFields("Offer"))
        page = signed_in(member).get(reverse("template", args=[template.pk])).content.decode()
        assert ('<option value="{triggerlink:8}">Call me</option>' in page) is is_offered


@pytest.mark.rule("M01", "M17")
def test_members_with_the_mailer_look_and_others_do_not(
    signed_in: SignIn, alice: Membership, bob: Membership, triggers: list[Trigger]
) -> None:
    client, first = signed_in(bob), triggers[0]
    assert client.get(reverse("triggers")).status_code == 403
    assert client.get(reverse("runs")).status_code == 403
    Membership.objects.filter(pk=bob.pk).update(mailer_access=True)
    page = client.get(reverse("triggers")).content.decode()
    assert "First" in page
    assert reverse("trigger_new") not in page
    changing = [reverse("trigger_new"), reverse("trigger", args=[first.pk]), reverse("trigger_link_new")]
    assert [client.get(url).status_code for url in changing] == [403, 403, 403]
    assert client.post(reverse("automation_pause")).status_code == 403


def test_charlie_finds_nothing(signed_in: SignIn, charlie: Membership, triggers: list[Trigger]) -> None:
    client = signed_in(charlie)
    for name in ("trigger", "trigger_cards"):
        assert client.get(reverse(name, args=[triggers[0].pk])).status_code == 404
    assert "First" not in client.get(reverse("triggers")).content.decode()


def test_everything_is_paused_and_goes_on(signed_in: SignIn, alice: Membership, in_account: Account) -> None:
    client = signed_in(alice)
    client.post(reverse("automation_pause"))
    assert "Everything waits." in client.get(reverse("triggers")).content.decode()
    client.post(reverse("automation_resume"))
    assert "Everything waits." not in client.get(reverse("triggers")).content.decode()
