"""`messages/`: letters, their cleaned body and their bytes."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, assert_closed, json_of, problem_of
from tests.api.conftest import MakeLetter

pytestmark = pytest.mark.django_db

EVIL = '<p onclick="x()">Hello</p><script>x()</script><form action="https://evil.example"></form>'


def test_a_letter_has_its_facts(alice_api: ApiClient, sales: Mailbox, make_letter: MakeLetter) -> None:
    contact = json_of(alice_api.post("contacts/", {"emails": ["eve@client.example"]}), 201)
    letter = make_letter(sales)
    found = json_of(alice_api.get(f"messages/{letter.pk}/"))
    assert (found["id"], found["thread"], found["mailbox"]) == (str(letter.pk), str(letter.thread_id), str(sales.pk))
    assert (found["direction"], found["subject"]) == ("incoming", "Offer")
    assert found["from"] == {"address": "Dana@client.example", "name": "Dana Diaz"}
    assert found["to"] == [{"address": "sales@acme.example", "name": ""}]
    assert found["cc"] == [{"address": "Eve@client.example", "name": ""}]
    assert (found["bcc"], found["text"].strip(), found["snippet"]) == ([], "Dear all", "Dear all")
    assert (found["is_read"], found["on_server"], found["deleted_at"]) == (False, True, None)
    assert found["message_id_header"] == letter.message_id_header
    assert found["cards"] == [{"type": "contact", "id": contact["id"]}]
    (file,) = found["attachments"]
    assert (file["filename"], file["content_type"], file["available"]) == ("offer.pdf", "application/pdf", True)
    assert found["date"].endswith("Z")
    assert json_of(alice_api.get("messages/"))["results"] == [found]


def test_the_filters(alice_api: ApiClient, sales: Mailbox, make_letter: MakeLetter) -> None:
    dana = json_of(alice_api.post("contacts/", {"emails": ["dana@client.example"]}), 201)["id"]
    letters = [make_letter(sales, subject) for subject in ("Offer", "Invoice")]
    queries = {
        "contact": dana,
        "mailbox": str(sales.pk),
        "folder": "inbox",
        "is_unread": "true",
        "after": letters[0].received_at.isoformat(),
    }
    for name, value in queries.items():
        rows = json_of(alice_api.get("messages/", **{name: value}))["results"]
        assert [row["subject"] for row in rows] == ["Invoice", "Offer"], name
    assert json_of(alice_api.get("messages/", q="invoice"))["results"][0]["subject"] == "Invoice"
    for query in ({"thread": letters[0].thread_id}, {"before": letters[1].received_at.isoformat()}):
        rows = json_of(alice_api.get("messages/", **query))["results"]
        assert [row["subject"] for row in rows] == ["Offer"], query


def test_the_body_is_a_harmless_document(alice_api: ApiClient, sales: Mailbox, make_letter: MakeLetter) -> None:
    letter = make_letter(sales, html=EVIL)
    for body in (
        alice_api.get(f"messages/{letter.pk}/html/").content.decode(),
        json_of(alice_api.get(f"messages/{letter.pk}/"))["html"],
    ):
        assert "Hello" in body
        assert "script" not in body
        assert "onclick" not in body
        assert "form" not in body
    answer = alice_api.get(f"messages/{letter.pk}/html/")
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]


@pytest.mark.rule("K62")
def test_the_letter_as_it_came_is_to_be_saved(alice_api: ApiClient, sales: Mailbox, make_letter: MakeLetter) -> None:
    letter = make_letter(sales)
    answer = alice_api.get(f"messages/{letter.pk}/raw/")
    assert b"Subject: Offer" in answer.content
    assert b"%PDF" not in answer.content  # attachment bytes stay on the mail server
    assert answer["Content-Type"] == "message/rfc822"
    assert answer["Content-Disposition"] == f'attachment; filename="{letter.pk}.eml"'
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.rule("K60", "K63")
def test_deleted_and_restored(
    alice_api: ApiClient, bob_api: ApiClient, sales: Mailbox, make_letter: MakeLetter
) -> None:
    path = f"messages/{make_letter(sales).pk}/"
    assert bob_api.delete(path).status_code == 204
    problem_of(bob_api.get(path), 404)
    problem_of(bob_api.post(f"{path}restore/"), 404)
    assert json_of(alice_api.get("messages/"))["results"] == []
    assert json_of(alice_api.get("messages/", folder="deleted"))["results"][0]["deleted_at"]
    assert json_of(alice_api.post(f"{path}restore/"))["deleted_at"] is None
    json_of(bob_api.get(path))


@pytest.mark.rule("K23")
def test_a_personal_mailbox_is_its_owners(bob: Membership, alices_own: Mailbox, make_letter: MakeLetter) -> None:
    path = f"messages/{make_letter(alices_own).pk}/"
    for method, last in (("GET", ""), ("GET", "raw/"), ("GET", "html/"), ("DELETE", ""), ("POST", "restore/")):
        assert_closed(method, path + last, stranger=bob)
    assert json_of(ApiClient(bob).get("messages/"))["results"] == []


def test_others_are_refused(sales: Mailbox, make_letter: MakeLetter, charlie: Membership) -> None:
    path = f"messages/{make_letter(sales).pk}/"
    for method, last in (("GET", ""), ("GET", "raw/"), ("GET", "html/"), ("DELETE", ""), ("POST", "restore/")):
        assert_closed(method, path + last, stranger=charlie, without=["contacts:read"])
    assert json_of(ApiClient(charlie).get("messages/"))["results"] == []
    problem_of(ApiClient(charlie, ["mail:read"]).delete(path), 403)
