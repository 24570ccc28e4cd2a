"""`mailboxes/{id}/quarantine/`: letters that could not be filed are listed, downloaded and tried again."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, assert_closed, json_of, problem_of
from tests.threads.ledgers import RAW, set_aside
from threads.models import QuarantinedLetter

pytestmark = [pytest.mark.django_db, pytest.mark.rule("G14")]


@pytest.fixture
def letter(sales: Mailbox) -> QuarantinedLetter:
    with tenant(sales.account_id):
        return set_aside(sales)


def test_it_is_listed_with_its_reason(bob_api: ApiClient, sales: Mailbox, letter: QuarantinedLetter) -> None:
    (row,) = json_of(bob_api.get(f"mailboxes/{sales.pk}/quarantine/"))["results"]
    assert row == {
        "id": str(letter.pk),
        "folder": "inbox",
        "reason": "unreadable",
        "text": "It could not be read",
        "detail": "UnicodeError",
        "subject": "Broken",
        "from_address": "eve@broken.example",
        "message_id_header": "broken@broken.example",
        "size": len(RAW),
        "has_raw": True,
        "received_at": "2026-11-20T09:00:00Z",
        "tried_at": "2026-11-20T09:00:00Z",
        "try_count": 1,
    }


def test_the_list_comes_in_pages(bob_api: ApiClient, sales: Mailbox) -> None:
    with tenant(sales.account_id):
        expected = [str(set_aside(sales, uid=uid).pk) for uid in range(1, 6)][::-1]
    page = json_of(bob_api.get(f"mailboxes/{sales.pk}/quarantine/", limit=2))
    seen = [row["id"] for row in page["results"]]
    while page["next"]:
        page = json_of(bob_api.get(page["next"]))
        seen += [row["id"] for row in page["results"]]
    assert seen == expected


def test_the_original_is_downloaded_as_it_came(bob_api: ApiClient, sales: Mailbox, letter: QuarantinedLetter) -> None:
    answer = bob_api.get(f"mailboxes/{sales.pk}/quarantine/{letter.pk}/raw/")
    assert answer.content == RAW
    assert answer["Content-Type"] == "message/rfc822"
    assert answer["Content-Disposition"].startswith("attachment;")
    with tenant(sales.account_id):
        QuarantinedLetter.objects.update(raw_name="")  # its bytes never reached us
    problem_of(bob_api.get(f"mailboxes/{sales.pk}/quarantine/{letter.pk}/raw/"), 404)


def test_those_who_manage_the_mailbox_try_again(
    alice_api: ApiClient, bob_api: ApiClient, sales: Mailbox, letter: QuarantinedLetter
) -> None:
    path = f"mailboxes/{sales.pk}/quarantine/{letter.pk}/retry/"
    assert json_of(alice_api.post(path), 202)["id"] == str(letter.pk)
    problem_of(bob_api.post(path), 404)


@pytest.mark.rule("G10", "K23")
def test_others_are_refused(
    alices_own: Mailbox, sales: Mailbox, letter: QuarantinedLetter, bob: Membership, charlie: Membership
) -> None:
    with tenant(sales.account_id):
        private = set_aside(alices_own)
    for row, mailbox, stranger in (
        (letter, sales, charlie),
        (private, alices_own, bob),
        (private, sales, bob),  # of another mailbox than the one that the path names
    ):
        for method, last in (("GET", "raw/"), ("POST", "retry/")):
            path = f"mailboxes/{mailbox.pk}/quarantine/{row.pk}/{last}"
            assert_closed(method, path, stranger=stranger)
    for mailbox, stranger in ((sales, charlie), (alices_own, bob)):
        assert_closed("GET", f"mailboxes/{mailbox.pk}/quarantine/", stranger=stranger, without=["contacts:read"])
