"""Opens and clicks of letters for programs: beside the letter, and each request for who sees the letter."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from outbox.requests import LetterRequest
from outbox.services import queue_letter
from tests.api.client import ApiClient, json_of, problem_of
from tests.tracking.builders import watch
from tracking.models import Hit

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail(alice: Membership, sales: Mailbox) -> OutgoingMail:
    """Written in the shared mailbox, opened, and its link followed."""
    with tenant(alice.account_id):
        mail = queue_letter(alice, LetterRequest(sales.pk, ["dana@client.example"], subject="Offer", undo_seconds=60))
        watch(mail)
    return mail


@pytest.mark.rule("M97")
def test_a_letter_tells_its_opens_and_clicks(alice_api: ApiClient, mail: OutgoingMail) -> None:
    shown = json_of(alice_api.get(f"outbox/{mail.pk}/"))
    assert (shown["opens"], shown["clicks"], shown["machine_hits"]) == (1, 1, 0)
    assert shown["opened_at"] == shown["clicked_at"]
    with tenant(mail.account_id):
        OutgoingMail.objects.update(tracked=None)
    assert json_of(alice_api.get(f"outbox/{mail.pk}/"))["opens"] is None


@pytest.mark.rule("M97", "G07")
def test_each_request_is_listed_with_who_it_was(alice_api: ApiClient, mail: OutgoingMail) -> None:
    with tenant(mail.account_id):
        Hit.objects.filter(link=None).update(verdict="proxy", reason="gmail")
    click, opened = json_of(alice_api.get(f"outbox/{mail.pk}/hits/"))["results"]
    assert (click["kind"], click["url"], click["verdict"]) == ("click", "https://offer.example/", "unknown")
    assert (opened["kind"], opened["url"], opened["verdict"], opened["reason"]) == ("open", None, "proxy", "gmail")
    assert "ip" not in opened
    assert [len(json_of(alice_api.get(f"outbox/{mail.pk}/hits/?limit=1"))["results"])] == [1]


@pytest.mark.rule("K21", "M97")
def test_who_does_not_see_the_letter_sees_no_hits(
    bob_api: ApiClient, charlie_api: ApiClient, mail: OutgoingMail, alice: Membership, bob: Membership
) -> None:
    with tenant(alice.account_id):
        Membership.objects.filter(pk=bob.pk).update(mail_access_all=False)
    for api in (bob_api, charlie_api):
        assert problem_of(api.get(f"outbox/{mail.pk}/hits/"), 404)


@pytest.mark.rule("M97")
def test_administrators_choose_what_is_told(alice_api: ApiClient, sales: Mailbox) -> None:
    shown = json_of(alice_api.patch("account/", {"track_opens": False, "track_links": True}))
    assert (shown["track_opens"], shown["track_links"]) == (False, True)
    changed = json_of(alice_api.patch(f"mailboxes/{sales.pk}/", {"track_opens": True, "track_links": None}))
    assert (changed["track_opens"], changed["track_links"]) == (True, None)
    assert json_of(alice_api.patch(f"mailboxes/{sales.pk}/", {"track_opens": None}))["track_opens"] is None
