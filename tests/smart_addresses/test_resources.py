"""The addresses, what came, what was refused and how they behave, by the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Account, AuditEvent, Membership
from crm.models import Contact
from smart_addresses.models import ArrivedLetter, RefusedLetter
from tests.smart_addresses.arrivals import address, arrive
from tests.threads.builders import Mail

pytestmark = pytest.mark.usefixtures("in_account")
Tokens = Callable[..., Client]
JSON = "application/json"


@pytest.mark.rule("K41", "K43", "K48")
def test_the_addresses_are_everybodys(alice: Membership, bob: Membership, with_token: Tokens) -> None:
    body = {"name": "Romashka", "keep_old_addresses_days": 7}
    changed = with_token(alice).patch("/api/v1/account/", body, content_type=JSON)
    assert (changed.status_code, changed.json()["slug"]) == (200, "romashka")
    answer = with_token(bob).get("/api/v1/smart-addresses/").json()
    assert answer["lead"] == "lead@romashka.in.example"
    assert [former["filing"] for former in answer["former"]] == ["acme@in.example"]
    assert AuditEvent.objects.filter(action="account.renamed").count() == 1


def test_what_came_and_what_became_of_it(alice: Membership, with_token: Tokens) -> None:
    letter = arrive("lead", Mail("Kitchen", to=address("lead")))
    (row,) = with_token(alice).get("/api/v1/arrived-letters/").json()["results"]
    assert (row["state"], row["outcome"], row["message"]) == ("done", "created", str(letter.message_id))
    made, lead = row["cards"]
    assert (made["contact"], made["is_new"]) == (str(Contact.objects.get().pk), True)
    assert lead["lead"]
    assert row["sender_check"] == {"spf": "pass", "dkim": "pass", "dmarc": "pass", "is_verified": True}
    found = with_token(alice).get("/api/v1/arrived-letters/", {"address": "filing"}).json()["results"]
    assert found == []


@pytest.mark.rule("K40", "G10")
def test_only_readers_of_the_mailbox_see_what_came(
    alice: Membership, bob: Membership, charlie: Membership, with_token: Tokens
) -> None:
    letter = arrive("filing", Mail())
    refuse()
    Membership.objects.filter(pk=bob.pk).update(mail_access_all=False)
    bob.refresh_from_db()
    for member in (bob, charlie):
        client = with_token(member)
        assert client.get("/api/v1/arrived-letters/").json()["results"] == []
        assert client.get("/api/v1/refused-letters/").json()["results"] == []
        assert client.get(f"/api/v1/arrived-letters/{letter.pk}/").status_code == 404
        assert client.post(f"/api/v1/arrived-letters/{letter.pk}/retry/").status_code in (403, 404)


def refuse() -> None:
    now = timezone.now()
    RefusedLetter.objects.create(
        recipient=address("lead"), mail_from="x@y.example", code="too_large", day=now.date(), last_at=now
    )


def test_what_was_refused(alice: Membership, with_token: Tokens) -> None:
    refuse()
    (row,) = with_token(alice).get("/api/v1/refused-letters/").json()["results"]
    assert (row["code"], row["count"], row["mail_from"]) == ("too_large", 1, "x@y.example")


@pytest.mark.rule("K43", "K45", "G03")
def test_administrators_change_how_they_behave(alice: Membership, bob: Membership, with_token: Tokens) -> None:
    wanted = {
        "smart_bcc_creates": True,
        "smart_senders": "allowed",
        "smart_allowed": ["Partner@Example.com", "@client.example"],
        "default_responsible": str(bob.pk),
    }
    client = with_token(alice)
    answer = client.patch("/api/v1/account/", wanted, content_type=JSON).json()
    expected = {**wanted, "smart_allowed": ["partner@example.com", "client.example"]}
    assert {name: answer[name] for name in wanted} == expected
    cleared = client.patch("/api/v1/account/", {"default_responsible": None}, content_type=JSON).json()
    assert cleared["default_responsible"] is None
    assert with_token(bob).patch("/api/v1/account/", wanted, content_type=JSON).status_code == 403


@pytest.mark.parametrize(
    ("field", "value"), [("smart_allowed", ["nonsense"]), ("default_responsible", "999"), ("smart_senders", "nobody")]
)
def test_wrong_values_are_refused(alice: Membership, with_token: Tokens, field: str, value: object) -> None:
    answer = with_token(alice).patch("/api/v1/account/", {field: value}, content_type=JSON)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"].startswith(f"#/{field}")


@pytest.mark.rule("G14")
def test_a_letter_set_aside_is_filed_again(
    account: Account,
    alice: Membership,
    with_token: Tokens,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    letter = arrive("filing", Mail())
    ArrivedLetter.objects.filter(pk=letter.pk).update(state="unreadable", outcome="gave_up", attempts=13)
    with django_capture_on_commit_callbacks() as started:
        assert with_token(alice).post(f"/api/v1/arrived-letters/{letter.pk}/retry/").status_code == 202
    letter.refresh_from_db()
    assert (letter.state, letter.attempts, len(started)) == ("received", 0, 1)
