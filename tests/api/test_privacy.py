"""What the pages do about privacy, by the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from crm.models import Contact
from privacy.account_export import pack
from privacy.models import AccountExport
from tests.conftest import MakeMailbox
from tests.privacy.builders import letters_in, mbox_of
from tests.threads.builders import SALES, Mail, Post

WithToken = Callable[..., Client]


@pytest.fixture
def post(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Post:
    return Post(make_mailbox(SALES, account_of=alice))


@pytest.fixture
def anna(post: Post) -> Contact:
    post.file(Mail("Offer"))
    return create_contact(ContactValues("Anna", emails=["anna@client.example"]))


@pytest.mark.rule("G16")
def test_the_mail_of_a_contact(anna: Contact, bob: Membership, charlie: Membership, with_token: WithToken) -> None:
    url = f"/api/v1/contacts/{anna.pk}/export.mbox"
    answer = with_token(bob).get(url)
    assert answer.headers["Content-Type"] == "application/mbox"
    assert len(letters_in(b"".join(answer.streaming_content))) == 1  # type: ignore[attr-defined]
    assert with_token(charlie).get(url).status_code == 404
    assert with_token(bob, ["mail:read"]).get(url).status_code == 403
    assert with_token(bob, ["contacts:read"]).get(url).status_code == 403


@pytest.mark.rule("G16")
def test_erasing_tells_first_and_needs_an_administrator(
    anna: Contact, alice: Membership, bob: Membership, charlie: Membership, with_token: WithToken
) -> None:
    url, plan = f"/api/v1/contacts/{anna.pk}/erase/", {"letters": 1, "leads": 0, "customers": 0, "tasks": 0}
    program = with_token(alice)
    assert program.get(url).json() == {**plan, "notes": 0, "kept_addresses": []}
    refused = [with_token(who).post(url, {"confirm": "Anna"}, "application/json").status_code for who in (bob, charlie)]
    assert refused == [403, 404]
    assert program.post(url, {"confirm": "x"}, "application/json").status_code == 400
    assert program.post(url, {"confirm": "Anna"}, "application/json").status_code == 202
    assert not Contact.objects.exists()


@pytest.mark.rule("G16")
def test_importing(post: Post, alice: Membership, bob: Membership, with_token: WithToken) -> None:
    url = f"/api/v1/mailboxes/{post.mailbox.pk}/import/"
    program = with_token(alice)
    answer = program.post(url, {"file": SimpleUploadedFile("old.mbox", mbox_of(Mail()))})
    assert (answer.status_code, answer.json()["state"], answer.json()["filename"]) == (202, "working", "old.mbox")
    assert [row["id"] for row in program.get(url).json()] == [answer.json()["id"]]
    refused = program.post(url, {"file": SimpleUploadedFile("x", b"%PDF")})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "#/file")
    assert with_token(bob).get(url).status_code == 404


def test_exporting_the_account(alice: Membership, bob: Membership, post: Post, with_token: WithToken) -> None:
    url, program = "/api/v1/account-exports/", with_token(alice)
    assert with_token(bob).post(url).status_code == 403
    made = program.post(url)
    assert (made.status_code, made.json()["state"]) == (202, "working")
    assert program.get(f"{url}{made.json()['id']}/file/").status_code == 404
    pack(AccountExport.objects.get().pk)
    assert program.get(url).json()[0]["state"] == "done"
    archive = b"".join(program.get(f"{url}{made.json()['id']}/file/").streaming_content)  # type: ignore[attr-defined]
    assert archive.startswith(b"PK")
