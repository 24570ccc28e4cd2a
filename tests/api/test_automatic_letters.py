"""That a program wrote a letter is said of the letter and on the timeline."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, assert_closed, json_of
from tests.threads.builders import Mail, Post
from threads.models import Message

pytestmark = pytest.mark.django_db


def test_who_is_away(alice_api: ApiClient, charlie: Membership, sales: Mailbox) -> None:
    contact = json_of(alice_api.post("contacts/", {"emails": ["anna@client.example"]}), 201)["id"]
    with tenant(sales.account_id):
        Post(sales).file(Mail("Offer"), Mail("Re: Offer", headers=(("Auto-Submitted", "auto-replied"),)))
        letter = Message.objects.filter(is_automatic=True).get()
    written = {"Offer": False, "Re: Offer": True}
    assert {row["subject"]: row["is_automatic"] for row in json_of(alice_api.get("messages/"))["results"]} == written
    lines = json_of(alice_api.get(f"contacts/{contact}/timeline/", kind="letter"))["results"]
    assert {line["letter"]["subject"]: line["letter"]["is_automatic"] for line in lines} == written
    assert_closed("get", f"messages/{letter.pk}/", stranger=charlie)
