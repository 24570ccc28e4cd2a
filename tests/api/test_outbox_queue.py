"""`outbox/` as a queue: its parts, how long it takes, letters for later; and `suppressions/`."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from outbox.models import OutgoingMail
from outbox.services import LetterRequest, queue_letter
from outbox.suppression import suppress
from tests.api.client import ApiClient, json_of, problem_of
from tests.api.conftest import MakeLetter

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(alice: Membership, sales: Mailbox) -> OutgoingMail:
    """For tomorrow."""
    with tenant(alice.account_id):
        tomorrow = timezone.now() + timedelta(days=1)
        return queue_letter(alice, LetterRequest(sales.pk, ["dana@client.example"], text="Hello", send_at=tomorrow))


@pytest.mark.rule("M20")
def test_parts_of_the_queue(alice_api: ApiClient, later: OutgoingMail) -> None:
    ids = {queue: [row["id"] for row in json_of(alice_api.get("outbox/", queue=queue))["results"]]
           for queue in ("scheduled", "waiting", "failed")}  # fmt: skip
    assert ids == {"scheduled": [str(later.pk)], "waiting": [], "failed": []}
    assert json_of(alice_api.get("outbox/queues/")) == []
    json_of(alice_api.post(f"outbox/{later.pk}/send-now/"))
    assert [row["id"] for row in json_of(alice_api.get("outbox/", queue="waiting"))["results"]] == [str(later.pk)]
    queue = json_of(alice_api.get("outbox/queues/"))[0]
    assert (queue["mailbox"], queue["waiting_count"], queue["late_count"]) == (str(later.mailbox_id), 1, 0)


@pytest.mark.rule("M20")
def test_another_time(alice_api: ApiClient, later: OutgoingMail) -> None:
    wanted = (timezone.now() + timedelta(days=3)).isoformat()
    answer = json_of(alice_api.post(f"outbox/{later.pk}/reschedule/", {"send_at": wanted}))
    assert answer["due_at"][:16] == wanted[:16]
    past = (timezone.now() - timedelta(days=3)).isoformat()
    assert alice_api.post(f"outbox/{later.pk}/reschedule/", {"send_at": past}).status_code == 400
    with tenant(later.account_id):
        OutgoingMail.objects.update(state="sent")
    problem_of(alice_api.post(f"outbox/{later.pk}/send-now/"), 409)


def test_suppressions(
    alice_api: ApiClient, charlie_api: ApiClient, make_letter: MakeLetter, sales: Mailbox, alice: Membership
) -> None:
    letter = make_letter(sales)
    with tenant(alice.account_id):
        suppress("dana@client.example", detail="550 5.1.1 no such user", message=letter)
    row = json_of(alice_api.get("suppressions/"))["results"][0]
    assert (row["address"], row["reason"], row["detail"], row["message"]) == (
        "dana@client.example", "bounced", "550 5.1.1 no such user", str(letter.pk)
    )  # fmt: skip
    assert json_of(charlie_api.get("suppressions/"))["results"] == []
    assert charlie_api.delete(f"suppressions/{row['id']}/").status_code == 404
    assert alice_api.delete(f"suppressions/{row['id']}/").status_code == 204
    assert json_of(alice_api.get("suppressions/"))["results"] == []


@pytest.mark.rule("M91")
def test_the_daily_limit_of_a_mailbox(alice_api: ApiClient, sales: Mailbox) -> None:
    assert json_of(alice_api.get(f"mailboxes/{sales.pk}/"))["daily_limit"] is None
    assert json_of(alice_api.patch(f"mailboxes/{sales.pk}/", {"daily_limit": 500}))["daily_limit"] == 500
    assert json_of(alice_api.patch(f"mailboxes/{sales.pk}/", {"daily_limit": None}))["daily_limit"] == 0
    assert alice_api.patch(f"mailboxes/{sales.pk}/", {"daily_limit": -1}).status_code == 400


@pytest.mark.rule("M20")
def test_the_pace_of_a_mailbox(alice_api: ApiClient, sales: Mailbox) -> None:
    assert json_of(alice_api.get(f"mailboxes/{sales.pk}/"))["letters_per_minute"] is None
    assert json_of(alice_api.patch(f"mailboxes/{sales.pk}/", {"letters_per_minute": 20}))["letters_per_minute"] == 20
    assert json_of(alice_api.patch(f"mailboxes/{sales.pk}/", {"letters_per_minute": None}))["letters_per_minute"] == 0
    assert alice_api.patch(f"mailboxes/{sales.pk}/", {"letters_per_minute": 3601}).status_code == 400


@pytest.mark.rule("M96")
def test_the_history_of_all_letters(alice_api: ApiClient, later: OutgoingMail, alice: Membership) -> None:
    with tenant(alice.account_id):
        request = LetterRequest(later.mailbox_id, ["dana@client.example"], text="Hello")
        ids = [str(queue_letter(alice, request).pk) for _number in range(2)]
        OutgoingMail.objects.filter(pk=ids[0]).update(state="sent")
        OutgoingMail.objects.filter(pk=ids[1]).update(state="canceled")
    rows = json_of(alice_api.get("outbox/"))["results"]
    assert [(row["id"], row["state"]) for row in rows] == [
        (ids[1], "canceled"), (ids[0], "sent"), (str(later.pk), "queued")
    ]  # fmt: skip
    for state, row_id in (("sent", ids[0]), ("canceled", ids[1])):
        assert [row["id"] for row in json_of(alice_api.get("outbox/", state=state))["results"]] == [row_id]


def test_to_strangers_a_letter_is_not_there_whatever_they_send(charlie_api: ApiClient, later: OutgoingMail) -> None:
    for body in ({}, {"send_at": "soon"}):
        problem_of(charlie_api.post(f"outbox/{later.pk}/reschedule/", body), 404)
