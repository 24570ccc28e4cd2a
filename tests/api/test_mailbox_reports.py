"""`mailboxes/{id}/`: ledger, "why is it not here?", loading older mail; `messages/{id}/why/`."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.contacts import ContactValues, create_contact
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, assert_closed, json_of, problem_of
from tests.api.conftest import MakeLetter
from tests.threads.ledgers import add_place, set_aside
from threads.models import Folder, FolderEntry

pytestmark = [pytest.mark.django_db, pytest.mark.rule("G13")]


def test_the_ledger_tells_every_letter_of_the_server(
    bob_api: ApiClient, sales: Mailbox, make_letter: MakeLetter
) -> None:
    make_letter(sales)
    with tenant(sales.account_id):
        inbox = Folder.objects.get(role="inbox")
        add_place(inbox, 101, FolderEntry.Outcome.FILTERED)
        set_aside(sales)
        Folder.objects.filter(pk=inbox.pk).update(message_count=13, older_count=10)
    assert json_of(bob_api.get(f"mailboxes/{sales.pk}/ledger/")) == {
        "folders": [
            {
                "folder": "inbox",
                "on_server": 13,
                "imported": 1,
                "skipped": [{"reason": "older", "count": 10}, {"reason": "filtered", "count": 1}],
                "failed": 1,
                "agrees": True,
            },
            {"folder": "sent", "on_server": 0, "imported": 0, "skipped": [], "failed": 0, "agrees": True},
        ]
    }


def test_why_answers_for_a_message_id_or_an_address(
    bob_api: ApiClient, sales: Mailbox, make_letter: MakeLetter
) -> None:
    letter = make_letter(sales, "Offer")
    with tenant(sales.account_id):
        Mailbox.objects.filter(pk=sales.pk).update(imap_host="")  # nobody to ask
    for query in ({"message_id": f"<{letter.message_id_header}>"}, {"address": "dana@CLIENT.example"}):
        found = json_of(bob_api.get(f"mailboxes/{sales.pk}/why/", **query))
        assert found["is_server_asked"] is False
        assert [answer["code"] for answer in found["answers"]] == ["imported", "send_only"]
        assert found["answers"][0] == {
            "code": "imported",
            "text": "It is here: “Offer”.",
            "folder": "",
            "uid": None,
            "message": str(letter.pk),
            "thread": str(letter.thread_id),
            "quarantine": None,
            "subject": "Offer",
        }


@pytest.mark.parametrize(
    "query", [{}, {"message_id": " "}, {"message_id": "1@x.example", "address": "a@x.example"}, {"address": "anna"}]
)
def test_why_needs_one_of_the_two(bob_api: ApiClient, sales: Mailbox, query: dict[str, str]) -> None:
    problem_of(bob_api.get(f"mailboxes/{sales.pk}/why/", **query), 400, "invalid-request")


@pytest.mark.rule("K10", "A04")
def test_older_mail_is_loaded(alice_api: ApiClient, bob_api: ApiClient, sales: Mailbox) -> None:
    with tenant(sales.account_id):
        Mailbox.objects.update(imported_at="2026-11-20T09:00Z", import_older=4812)
    started = json_of(alice_api.post(f"mailboxes/{sales.pk}/load-older/"), 202)
    assert (started["load_older"], started["import"]["older"]) == (True, 4812)
    with tenant(sales.account_id):
        assert Mailbox.objects.get(pk=sales.pk).history_due_at is not None
    problem_of(bob_api.post(f"mailboxes/{sales.pk}/load-older/"), 404)  # he reads it and does not manage it


def test_why_a_letter_is_where_it_is(bob_api: ApiClient, sales: Mailbox, make_letter: MakeLetter) -> None:
    with tenant(sales.account_id):
        contact = create_contact(ContactValues(first_name="Dana", emails=["dana@client.example"]))
    letter = make_letter(sales)
    found = json_of(bob_api.get(f"messages/{letter.pk}/why/"))
    assert found["reason"] == "first"
    assert [(place["folder"], place["on_server"]) for place in found["places"]] == [("inbox", True)]
    assert [(card["contact"], card["address"]) for card in found["cards"]] == [(str(contact.pk), "dana@client.example")]


@pytest.mark.rule("G10", "K23")
def test_others_are_refused(
    alices_own: Mailbox, sales: Mailbox, bob: Membership, charlie: Membership, make_letter: MakeLetter
) -> None:
    letter = make_letter(alices_own)
    for mailbox, stranger in ((alices_own, bob), (alices_own, charlie), (sales, charlie)):
        for last in ("ledger/", "why/?address=a@x.example"):
            assert_closed("GET", f"mailboxes/{mailbox.pk}/{last}", stranger=stranger, without=["contacts:read"])
        assert_closed("POST", f"mailboxes/{mailbox.pk}/load-older/", stranger=stranger, without=["mail:read"])
    for stranger in (bob, charlie):
        assert_closed("GET", f"messages/{letter.pk}/why/", stranger=stranger, without=["contacts:read"])
