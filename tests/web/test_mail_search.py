"""The search box of the mail screen: marked words, folders that are named, similar names, wrong dates."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Account, Membership
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Mail, Post
from threads import search
from threads.models import Message
from threads.services import delete_messages

SignIn = Callable[[Membership], Client]


@pytest.fixture
def post(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Post:
    return Post(make_mailbox(SALES, account_of=alice))


def rows(client: Client, typed: str, folder: str = "inbox") -> str:
    return client.get(f"/mail/{folder}/rows/", {"q": typed}).content.decode()


@pytest.mark.rule("G05")
def test_words_are_marked_and_nothing_else_is_markup(post: Post, alice: Membership, signed_in: SignIn) -> None:
    post.file(Mail("<i>Chairs</i>", text="<script>alert(1)</script> two chairs & a table"))
    page = rows(signed_in(alice), "chair")
    assert "&lt;i&gt;<mark>Chairs</mark>&lt;/i&gt;" in page
    assert "<mark>chairs</mark> &amp; a table" in page
    assert "<script>" not in page


def test_a_search_may_name_another_folder(post: Post, alice: Membership, signed_in: SignIn) -> None:
    post.file_sent(Mail("Our offer", sender=SALES, to="anna@client.example"))
    client = signed_in(alice)
    assert "Our <mark>offer</mark>" not in rows(client, "offer")
    assert "Our <mark>offer</mark>" in rows(client, "offer in:sent")


def test_similar_names_are_said_to_be_similar(post: Post, alice: Membership, signed_in: SignIn) -> None:
    post.file(Mail("Chairs"))
    client = signed_in(alice)
    assert "people with a similar name" in rows(client, "pertova")
    assert "people with a similar name" not in rows(client, "petrova")


def test_a_wrong_date_is_explained(post: Post, alice: Membership, signed_in: SignIn) -> None:
    post.file(Mail("Chairs"))
    page = rows(signed_in(alice), "before:soon <b>")
    assert "This search has an error" in page
    assert "“before:soon” has no date that we know" in page


def test_what_can_be_asked_is_shown_beside_the_box(post: Post, alice: Membership, signed_in: SignIn) -> None:
    page = signed_in(alice).get("/mail/inbox/").content.decode()
    for operator in ("from:", "to:", "subject:", "has:attachment", "in:sent"):
        assert f'data-operator="{operator}"' in page


def test_an_operator_that_there_is_not_is_said_where_nothing_was_found(
    post: Post, alice: Membership, signed_in: SignIn
) -> None:
    post.file(Mail("Chairs"))
    client = signed_in(alice)
    assert "“is:” is nothing to search by" in rows(client, "is:unread")
    assert "is nothing to search by" not in rows(client, "table")


@pytest.mark.rule("G05", "K63")
def test_deleted_is_searched_among_deleted_letters_and_opened_there(
    post: Post, alice: Membership, signed_in: SignIn
) -> None:
    post.file(Mail("Kept offer"), Mail("Deleted offer", sender="x@y.example"))
    letter = Message.objects.get(subject="Deleted offer")
    delete_messages(alice, [letter.pk])
    client = signed_in(alice)
    for typed, folder in (("offer", "deleted"), ("offer in:deleted", "inbox")):
        page = rows(client, typed, folder)
        assert "Deleted <mark>offer</mark>" in page
        assert "Kept" not in page
        assert f"/mail/deleted/{letter.thread_id}/" in page
        assert "people with a similar name" not in page


@pytest.mark.rule("G05")
def test_newer_letters_elsewhere_do_not_hide_those_of_a_folder_and_the_limit_is_told(
    post: Post, alice: Membership, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "SEARCH_LIMIT", 1)
    post.file_sent(Mail("Our offer", sender=SALES, to="anna@client.example"))
    post.file(Mail("New offer", sender="x@y.example"), Mail("Newer offer", sender="z@y.example"))
    client = signed_in(alice)
    assert "Our <mark>offer</mark>" in rows(client, "offer", "sent")
    assert "letters with these words were looked at" in rows(client, "offer")
    assert "letters with these words were looked at" not in rows(client, "newer in:nowhere")
