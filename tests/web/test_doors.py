"""Who gets through the door of the pages, and what stays outside."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.members import RightsChanges, change_rights
from accounts.models import Account, Membership
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Mail, Post
from threads.models import Message

SignIn = Callable[[Membership], Client]
WithToken = Callable[..., Client]


@pytest.mark.parametrize(
    "path",
    ["/mail/inbox/", "/settings/tokens/", "/settings/users/", "/accounts/password/change/", "/accounts/2fa/"],
)
def test_a_token_opens_the_api_only(with_token: WithToken, alice: Membership, path: str) -> None:
    """Pages ask for no scopes: there a token that may read contacts could make itself one that may do everything."""
    client = with_token(alice, ["contacts:read"])
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
    assert client.get("/api/v1/contacts/").status_code == 200


@pytest.mark.rule("K21")
def test_the_deactivated_are_told_and_not_sent_in_circles(
    signed_in: SignIn, in_account: Account, alice: Membership, bob: Membership
) -> None:
    client = signed_in(bob)
    assert client.get("/mail/inbox/").status_code == 200
    change_rights(alice, bob, RightsChanges(is_active=False))
    assert client.get("/mail/inbox/").status_code == 403
    assert client.get("/mail/inbox/rows/", headers={"HX-Request": "true"}).status_code == 403


def test_nobody_takes_an_address_that_is_not_proved(signed_in: SignIn, alice: Membership) -> None:
    client = signed_in(alice)
    assert client.get("/accounts/email/").status_code == 404
    for action in ("action_add", "action_primary"):
        assert client.post("/accounts/email/", {action: "", "email": "ceo@client.example"}).status_code == 404
    alice.user.refresh_from_db()
    assert alice.user.email == "alice@acme.example"


def test_a_picture_that_is_named_oddly_is_not_there(
    signed_in: SignIn, in_account: Account, alice: Membership, make_mailbox: MakeMailbox
) -> None:
    Post(make_mailbox(SALES, account_of=alice)).file(Mail("Offer"))
    url = f"/mail/messages/{Message.objects.get().pk}/picture/?cid=%00"
    assert signed_in(alice).get(url).status_code == 404


@pytest.mark.parametrize(
    "place", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_a_link_of_a_stranger_leads_nowhere_else(signed_in: SignIn, alice: Membership, place: str) -> None:
    page = signed_in(alice).get("/leads/new/", {"next": place}).content.decode()
    assert f'href="{place}' not in page
    assert f'value="{place}' not in page
