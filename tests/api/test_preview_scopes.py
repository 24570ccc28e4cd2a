"""A token that may only send does not read cards through previews."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, json_of, problem_of

pytestmark = pytest.mark.django_db
BODY = {"name": "Offer", "subject": "For {{contact.first_name}}", "body": "<p>Dear {{contact.first_name}}</p>"}


@pytest.fixture
def ann(alice_api: ApiClient) -> str:
    """Her id."""
    contact = {"first_name": "Ann", "emails": ["ann@client.example"]}
    return str(json_of(alice_api.post("contacts/", contact), 201)["id"])


@pytest.mark.parametrize("path", ["preview/", "test/"])
def test_a_template_is_not_filled_in_for_it(
    path: str, alice: Membership, alice_api: ApiClient, sales: Mailbox, ann: str
) -> None:
    made = json_of(alice_api.post("templates/", {**BODY, "from_mailbox": str(sales.pk)}), 201)
    lead = json_of(alice_api.post("leads/", {"name": "Chairs", "contacts": [ann]}), 201)
    sending = ApiClient(alice, ["mail:send"])
    for named in ({"contact": ann}, {"lead": lead["id"]}):
        refused = problem_of(sending.post(f"templates/{made['id']}/{path}", named), 403)
        assert "contacts:read" in refused["detail"]
    assert sending.post(f"templates/{made['id']}/{path}", {}).status_code in (200, 201)
    both = ApiClient(alice, ["mail:send", "contacts:read"])
    assert both.post(f"templates/{made['id']}/{path}", {"contact": ann}).status_code in (200, 201)


def test_a_draft_is_not_shown_filled_in_to_it(alice: Membership, ann: str) -> None:
    sending = ApiClient(alice, ["mail:send"])
    made = json_of(sending.post("drafts/", {"to": ["ann@client.example"], "subject": BODY["subject"]}), 201)
    refused = problem_of(sending.post(f"drafts/{made['id']}/preview/", {}), 403)
    assert "contacts:read" in refused["detail"]
    both = ApiClient(alice, ["mail:send", "contacts:read"])
    assert json_of(both.post(f"drafts/{made['id']}/preview/", {}))["subject"] == "For Ann"
