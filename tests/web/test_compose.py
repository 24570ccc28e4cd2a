"""Writing: what stands in the dialog, what is sent, what is refused, what can be undone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from accounts.models import Account, Membership
from crm.services import ContactValues, create_contact
from outbox.models import OutgoingMail
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Mail, Post
from threads.models import Message

SignIn = Callable[[Membership], Client]
State = OutgoingMail.State
Typed = str | int | list[str]


@pytest.fixture
def post(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Post:
    return Post(make_mailbox(SALES, account_of=alice))


def letter(post: Post, **changes: Typed) -> dict[str, Typed]:
    facts: dict[str, Typed] = {"mailbox": post.mailbox.pk, "to": ["Ana <ana@client.example>"], "subject": "Hello"}
    return {**facts, "body": "<p>Hi</p>", "format": "html", **changes}


def test_an_answer_to_all_is_filled_in(signed_in: SignIn, post: Post, alice: Membership) -> None:
    post.file(Mail("Offer", cc="Boss <boss@client.example>", text="Shall we?"))
    query = {"reply": str(Message.objects.get().pk), "all": "1"}
    page = signed_in(alice).get("/mail/compose/", query).content.decode()
    for words in (
        "Anna Petrova &lt;anna@client.example&gt;",
        "Boss &lt;boss@client.example&gt;",
        "Re: Offer",
        "Shall we?",
    ):
        assert words in page


def test_an_answer_to_a_letter_that_is_not_theirs_is_404(signed_in: SignIn, post: Post, charlie: Membership) -> None:
    post.file(Mail("Offer"))
    assert signed_in(charlie).get("/mail/compose/", {"reply": Message.objects.get().pk}).status_code == 404


def test_without_a_mailbox_it_says_what_to_do(signed_in: SignIn, alice: Membership) -> None:
    assert "Connect a mailbox first" in signed_in(alice).get("/mail/compose/").content.decode()


def test_sending_queues_with_seconds_to_undo(
    signed_in: SignIn, post: Post, alice: Membership, settings: Settings
) -> None:
    settings.UNDO_SECONDS = 10
    answer = signed_in(alice).post("/mail/compose/", letter(post, quote_html="<blockquote>Before</blockquote>"))
    mail = OutgoingMail.objects.get()
    assert answer.status_code == 200
    for event in ("letter-sent", "close-dialog", f"/mail/outbox/{mail.pk}/undo/"):
        assert event in answer["HX-Trigger"]
    assert mail.html == "<p>Hi</p><blockquote>Before</blockquote>"
    assert (mail.due_at - mail.created_at).seconds >= 9


def test_text_without_the_editor_stays_text(signed_in: SignIn, post: Post, alice: Membership) -> None:
    signed_in(alice).post("/mail/compose/", letter(post, body="1 < 2", format="text"))
    assert (OutgoingMail.objects.get().text, OutgoingMail.objects.get().html) == ("1 < 2", "")


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"to": ["nobody"]}, "“nobody”"), ({"to": []}, "Enter at least one recipient"), ({"subject": "a\nb"}, "one line")],
)
def test_what_cannot_be_sent_is_refused_with_words(
    signed_in: SignIn, post: Post, alice: Membership, changes: dict[str, Typed], words: str
) -> None:
    answer = signed_in(alice).post("/mail/compose/", letter(post, **changes))
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not OutgoingMail.objects.exists()


def test_nobody_sends_from_a_mailbox_that_is_not_theirs(signed_in: SignIn, post: Post, charlie: Membership) -> None:
    assert signed_in(charlie).post("/mail/compose/", letter(post)).status_code == 404
    assert not OutgoingMail.objects.exists()


def test_undo_cancels_and_comes_too_late_with_words(signed_in: SignIn, post: Post, alice: Membership) -> None:
    client = signed_in(alice)
    client.post("/mail/compose/", letter(post))
    mail = OutgoingMail.objects.get()
    assert "letter-undone" in client.post(f"/mail/outbox/{mail.pk}/undo/")["HX-Trigger"]
    mail.refresh_from_db()
    assert mail.state == State.CANCELED
    OutgoingMail.objects.update(state=State.SENT)
    assert "too late" in client.post(f"/mail/outbox/{mail.pk}/undo/")["HX-Trigger"]


def test_a_failed_letter_is_tried_again(signed_in: SignIn, post: Post, alice: Membership) -> None:
    client = signed_in(alice)
    client.post("/mail/compose/", letter(post))
    OutgoingMail.objects.update(state=State.FAILED, error_code="refused")
    client.post(f"/mail/outbox/{OutgoingMail.objects.get().pk}/retry/")
    assert OutgoingMail.objects.get().state in (State.QUEUED, State.RETRY)


def test_a_file_is_kept_and_a_large_one_refused(signed_in: SignIn, alice: Membership, settings: Settings) -> None:
    client = signed_in(alice)
    kept = client.post("/mail/uploads/", {"file": SimpleUploadedFile("plan.txt", b"plan")})
    assert (kept.json()["name"], kept.json()["size"]) == ("plan.txt", 4)
    settings.ATTACHMENTS_MAX_BYTES = 3
    refused = client.post("/mail/uploads/", {"file": SimpleUploadedFile("plan.txt", b"plan")})
    assert (refused.status_code, "larger than" in refused.json()["message"]) == (422, True)


def test_people_are_suggested_by_name_and_address(
    signed_in: SignIn, in_account: Account, alice: Membership, charlie: Membership
) -> None:
    create_contact(ContactValues("Ana", "Morales", ["am@client.example"]))
    for typed in ("ana", "am@"):
        assert "Ana Morales" in signed_in(alice).get("/mail/people/", {"to_typing": typed}).content.decode()
    assert "Ana Morales" not in signed_in(charlie).get("/mail/people/", {"to_typing": "ana"}).content.decode()
