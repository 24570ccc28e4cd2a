"""The compose dialog: what stands in it when it opens, and what it offers while somebody writes."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Mail, Post
from tests.web.compose_state import Script, letter, state_of
from threads.models import Message

SignIn = Callable[[Membership], Client]
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def post(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Post:
    return Post(make_mailbox(SALES, account_of=alice))


@pytest.mark.rule("A09", "A10")
def test_an_answer_to_all_is_filled_in(signed_in: SignIn, post: Post, alice: Membership) -> None:
    post.file(Mail("Offer", cc="Boss <boss@client.example>", text="Shall we?"))
    query = {"reply": str(Message.objects.get().pk), "all": "1"}
    fields = state_of(signed_in(alice).get("/mail/compose/", query).content.decode())["fields"]
    assert fields["to"] == ["Anna Petrova <anna@client.example>"]
    assert fields["cc"] == ["Boss <boss@client.example>"]
    assert fields["subject"] == "Re: Offer"
    assert "Shall we?" in fields["quote_text"]


@pytest.mark.rule("A11")
def test_a_letter_is_forwarded_with_its_words(signed_in: SignIn, post: Post, alice: Membership) -> None:
    post.file(Mail("Offer", text="Shall we?"))
    message = Message.objects.get()
    fields = state_of(signed_in(alice).get("/mail/compose/", {"forward": message.pk}).content.decode())["fields"]
    assert (fields["subject"], fields["to"], fields["forward_message"]) == ("Fwd: Offer", [], message.pk)
    assert "anna@client.example" in fields["quote_text"]


@pytest.mark.parametrize("way", ["reply", "forward"])
def test_a_letter_that_is_not_theirs_is_404(
    signed_in: SignIn, post: Post, charlie: Membership, make_mailbox: MakeMailbox, way: str
) -> None:
    post.file(Mail("Offer"))
    make_mailbox("charlie@globex.example", owner=charlie)
    page = signed_in(charlie).get("/mail/compose/", {way: Message.objects.get().pk})
    assert page.status_code == 404


def test_without_a_mailbox_it_says_what_to_do(signed_in: SignIn, alice: Membership) -> None:
    assert "Connect a mailbox first" in signed_in(alice).get("/mail/compose/").content.decode()


def test_who_opens_its_address_comes_to_the_screen_it_stands_on(signed_in: SignIn, alice: Membership) -> None:
    client, browser = signed_in(alice), {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    asked = {"to": "ana@client.example", "lead": "7", "page": "2"}
    answer = client.get("/mail/compose/", asked, headers=browser)
    assert (answer.status_code, answer["Location"]) == (302, "/mail/inbox/?compose=ana%40client.example&lead=7")
    assert client.get("/mail/compose/", headers=browser)["Location"] == "/mail/inbox/?compose="
    assert client.get("/mail/compose/", headers={**browser, "HX-Request": "true"}).status_code == 200


@pytest.mark.rule("M16")
def test_a_file_is_kept_and_a_large_one_refused(signed_in: SignIn, alice: Membership, settings: Settings) -> None:
    client = signed_in(alice)
    kept = client.post("/mail/uploads/", {"file": SimpleUploadedFile("plan.txt", b"plan")})
    assert (kept.json()["name"], kept.json()["size"], kept.json()["url"]) == ("plan.txt", 4, "")
    settings.ATTACHMENTS_MAX_BYTES = 3
    refused = client.post("/mail/uploads/", {"file": SimpleUploadedFile("plan.txt", b"plan")})
    assert (refused.status_code, "larger than" in refused.json()["message"]) == (422, True)


@pytest.mark.rule("M16")
def test_a_picture_of_the_text_is_small_and_a_picture(signed_in: SignIn, alice: Membership, settings: Settings) -> None:
    client = signed_in(alice)
    settings.IMAGE_MAX_BYTES = len(PNG)
    assert client.post("/mail/uploads/", {"picture": SimpleUploadedFile("a.png", PNG, "image/png")}).json()["url"]
    large = client.post("/mail/uploads/", {"picture": SimpleUploadedFile("a.png", PNG + b"1", "image/png")})
    assert (large.status_code, "image is larger" in large.json()["message"]) == (422, True)
    odd = client.post("/mail/uploads/", {"picture": SimpleUploadedFile("a.svg", b"<svg/>", "image/svg+xml")})
    assert (odd.status_code, "PNG" in odd.json()["message"]) == (422, True)


def test_looking_at_a_picture_locks_nothing(signed_in: SignIn, alice: Membership) -> None:
    kept = signed_in(alice).post("/mail/uploads/", {"file": SimpleUploadedFile("a.png", PNG, "image/png")}).json()
    client = signed_in(alice)
    with CaptureQueriesContext(connection) as asked:
        client.get(kept["url"])
    assert not [query["sql"] for query in asked if "FOR NO KEY UPDATE" in query["sql"]]


def test_a_picture_of_a_draft_is_its_writers_alone(
    signed_in: SignIn, alice: Membership, bob: Membership, charlie: Membership
) -> None:
    kept = signed_in(alice).post("/mail/uploads/", {"file": SimpleUploadedFile("a.png", PNG, "image/png")}).json()
    assert signed_in(alice).get(kept["url"])["Content-Type"] == "image/png"
    for other in (bob, charlie):
        assert signed_in(other).get(kept["url"]).status_code == 404


def test_a_file_that_is_no_picture_is_never_shown(signed_in: SignIn, alice: Membership) -> None:
    page = SimpleUploadedFile("a.html", b"<script>1</script>", "text/html")
    kept = signed_in(alice).post("/mail/uploads/", {"file": page}).json()
    assert signed_in(alice).get(f"/mail/uploads/{kept['upload']}/").status_code == 404


def test_people_are_suggested_by_name_and_address(
    signed_in: SignIn, in_account: Account, alice: Membership, charlie: Membership
) -> None:
    create_contact(ContactValues("Ana", "Morales", ["am@client.example"]))
    for typed in ("ana", "am@"):
        assert "Ana Morales" in signed_in(alice).get("/mail/people/", {"to_typing": typed}).content.decode()
    assert "Ana Morales" not in signed_in(charlie).get("/mail/people/", {"to_typing": "ana"}).content.decode()


@pytest.mark.rule("K52")
def test_fields_are_offered_with_what_they_would_say(signed_in: SignIn, post: Post, alice: Membership) -> None:
    create_contact(ContactValues("Ana", "Morales", ["ana@client.example"]))
    page = Script(signed_in(alice), alice).post("/mail/compose/fields/", letter(sender=str(post.mailbox.pk)))
    words = page.content.decode()
    assert 'data-insert="contact.first_name"' in words
    assert "Morales" in words


@pytest.mark.rule("M18")
def test_the_preview_fills_in_and_lists_what_is_empty(signed_in: SignIn, post: Post, alice: Membership) -> None:
    create_contact(ContactValues("Ana", "Morales", ["ana@client.example"]))
    body = "<p>Dear {{ contact.first_name }} {{ contact.phone }}</p><script>alert(1)</script>"
    fields = letter(sender=str(post.mailbox.pk), body=body)
    answer = signed_in(alice).post("/mail/compose/preview/", {"fields": json.dumps(fields)})
    page = answer.content.decode()
    assert "Dear Ana" in page
    assert "Phone" in page
    assert "alert(1)" not in page
    assert "default-src 'none'" in answer["Content-Security-Policy"]
