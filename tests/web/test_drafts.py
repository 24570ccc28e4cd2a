"""Drafts as the compose script saves, sends and takes them back; and their folder."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Account, Membership
from outbox.models import Draft, OutgoingMail
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Post
from tests.web.compose_state import Script, letter

pytestmark = pytest.mark.rule("G04")
SignIn = Callable[[Membership], Client]


@pytest.fixture
def post(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Post:
    return Post(make_mailbox(SALES, account_of=alice))


@pytest.fixture
def script(signed_in: SignIn, alice: Membership) -> Script:
    return Script(signed_in(alice), alice)


def test_a_draft_is_saved_over_the_version_that_was_read(script: Script, post: Post) -> None:
    made = script.post("/mail/drafts/new/", letter(sender=str(post.mailbox.pk), send_at="2030-05-04T09:30"))
    assert made.status_code == 201
    urls, version = made.json()["urls"], made.json()["version"]
    saved = script.put(urls["save"], letter(subject="Newer"), version)
    assert saved.json()["version"] > version
    late = script.put(urls["save"], letter(subject="Late"), version)
    assert late.status_code == 412
    assert late.json()["current"]["fields"]["subject"] == "Newer"
    assert Draft.objects.get().subject == "Newer"


def test_a_time_is_that_of_the_writers_place(script: Script, alice: Membership, post: Post) -> None:
    alice.user.timezone = "Europe/Madrid"
    alice.user.save()
    script.post("/mail/drafts/new/", letter(send_at="2030-05-04T09:30"))
    at = Draft.objects.get().send_at
    assert at is not None
    assert (at.hour, at.minute) == (7, 30)


@pytest.mark.parametrize(
    "payload", [[], {"format": "odd"}, {"format": "text", "to": "a"}, {"format": "text", "body": 1}]
)
def test_what_no_script_of_ours_sends_is_refused(script: Script, post: Post, payload: object) -> None:
    assert script.post("/mail/drafts/new/", payload).status_code == 400


def test_nobody_else_reads_writes_or_sends_it(
    script: Script, post: Post, signed_in: SignIn, bob: Membership, charlie: Membership
) -> None:
    made = script.post("/mail/drafts/new/", letter(sender=str(post.mailbox.pk), subject="Mine"))
    urls = made.json()["urls"]
    for other in (bob, charlie):
        theirs = Script(signed_in(other), other)
        assert theirs.put(urls["save"], letter()).status_code == 404
        assert theirs.post(urls["send"]).status_code == 404
        assert theirs.post(urls["delete"]).status_code == 404
        assert "Mine" not in signed_in(other).get("/mail/drafts/").content.decode()


def test_a_page_of_somebody_who_signed_out_saves_nothing(
    script: Script, post: Post, signed_in: SignIn, bob: Membership
) -> None:
    script.client = signed_in(bob)  # the page is still Alice's
    assert script.post("/mail/drafts/new/", letter()).status_code == 409
    assert not Draft.objects.exists()


@pytest.mark.rule("M20")
def test_sending_leaves_seconds_to_undo(script: Script, post: Post, alice: Membership, settings: Settings) -> None:
    settings.UNDO_SECONDS = 10
    made = script.post("/mail/drafts/new/", letter(sender=str(post.mailbox.pk))).json()
    answer = script.post(made["urls"]["send"], version=made["version"])
    mail = OutgoingMail.objects.get()
    assert f"/mail/outbox/{mail.pk}/undo/" in answer["HX-Trigger"]
    assert 9 <= (mail.due_at - mail.created_at).seconds <= 10
    undone = script.client.post(f"/mail/outbox/{mail.pk}/undo/")
    assert f'"draft": {made["id"]}' in undone["HX-Trigger"]
    OutgoingMail.objects.update(state=OutgoingMail.State.SENT)
    assert "too late" in script.client.post(f"/mail/outbox/{mail.pk}/undo/")["HX-Trigger"]


def test_the_seconds_are_ones_own(script: Script, post: Post, alice: Membership) -> None:
    Membership.objects.filter(pk=alice.pk).update(undo_seconds=0)
    made = script.post("/mail/drafts/new/", letter(sender=str(post.mailbox.pk))).json()
    answer = script.post(made["urls"]["send"], version=made["version"])
    mail = OutgoingMail.objects.get()
    assert mail.due_at <= mail.created_at
    assert "undo/" not in answer["HX-Trigger"], "it would come too late"


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"to": ["nobody"]}, "“nobody”"), ({"to": []}, "Enter at least one recipient"), ({"subject": "a\nb"}, "one line")],
)
def test_what_cannot_be_sent_is_refused_with_words(
    script: Script, post: Post, changes: dict[str, object], words: str
) -> None:
    made = script.post("/mail/drafts/new/", letter(sender=str(post.mailbox.pk), **changes)).json()
    answer = script.post(made["urls"]["send"], version=made["version"])
    assert (answer.status_code, words in answer.json()["message"]) == (422, True)
    assert not OutgoingMail.objects.exists()


def test_the_folder_lists_and_discards(script: Script, post: Post) -> None:
    made = script.post("/mail/drafts/new/", letter(sender=str(post.mailbox.pk))).json()
    page = script.client.get("/mail/drafts/").content.decode()
    assert f'data-draft="{made["id"]}"' in page
    assert script.client.get("/mail/drafts/side/").status_code == 200
    script.client.post(f"/mail/drafts/{made['id']}/discard/")
    assert "data-draft=" not in script.client.get("/mail/drafts/rows/").content.decode()


def test_the_folder_is_narrowed_to_a_mailbox(
    script: Script, post: Post, alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    orders = make_mailbox("orders@acme.example", account_of=alice)
    for mailbox in (post.mailbox, orders):
        script.post("/mail/drafts/new/", letter(sender=str(mailbox.pk), subject=f"From {mailbox.address}"))
    url = f"/mail/drafts/?mailbox={orders.pk}"
    page = script.client.get(url).content.decode()
    assert "Drafts · orders@acme.example" in page
    assert f'href="{url}" aria-current="page"' in page
    for shown in (page, script.client.get(f"/mail/drafts/rows/?mailbox={orders.pk}").content.decode()):
        assert ("From orders@acme.example" in shown, f"From {SALES}" in shown) == (True, False)
        assert f"/mail/drafts/rows/?mailbox={orders.pk}" in shown  # when it is drawn anew
    assert f'href="{url}" aria-current="page"' in script.client.get(f"/mail/drafts/side/{url[13:]}").content.decode()
    foreign = make_mailbox("bob@acme.example", owner=bob)
    assert script.client.get(f"/mail/drafts/?mailbox={foreign.pk}").status_code == 404


def test_the_folder_shows_fields_by_their_names(script: Script, post: Post) -> None:
    words = {
        "subject": "For {{ contact.first_name }}",
        "body": "<p>Dear {{ contact.first_name|default('friend') }}</p>",
    }
    script.post("/mail/drafts/new/", letter(sender=str(post.mailbox.pk), **words))
    page = script.client.get("/mail/drafts/rows/").content.decode()
    assert "For First name" in page
    assert "Dear First name" in page
    assert "{{" not in page


def test_a_draft_whose_time_has_passed_is_not_sent_at_once(script: Script, post: Post) -> None:
    made = script.post("/mail/drafts/new/", letter(sender=str(post.mailbox.pk), send_at="2020-05-04T09:30"))
    refused = script.post(made.json()["urls"]["send"])
    assert (refused.status_code, refused.json()["field"]) == (422, "send_at")
    assert refused.json()["message"] == "Choose a time that is still to come."
    assert not OutgoingMail.objects.exists()
    assert 'data-when-own min="20' in script.client.get("/mail/compose/").content.decode()
