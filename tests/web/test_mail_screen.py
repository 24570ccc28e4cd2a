"""The mail screen: its frame is kept, and nobody can tell by looking."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message as Toast
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest
from django.test import Client

from accounts.models import Account, Membership
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Mail, Post
from web import mail_screen

SignIn = Callable[[Membership], Client]
TOKEN = re.compile(r'(name="csrf-token" content|name="csrfmiddlewaretoken" value)="\w{64}"')


@pytest.fixture
def post(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Post:
    return Post(make_mailbox(SALES, account_of=alice))


def drawn(client: Client, url: str = "/mail/inbox/") -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def drawn_whole(client: Client, url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """By the one template that it is a part of."""
    with monkeypatch.context() as patch:
        patch.setattr(mail_screen, "get_messages", lambda _request: True)
        return drawn(client, url)


@pytest.mark.parametrize("language", ["en", "ru", "es"])
@pytest.mark.parametrize("url", ["/mail/inbox/", "/mail/sent/?filter=unread", "/mail/inbox/?mailbox={mailbox}"])
def test_it_is_what_the_whole_template_draws(
    post: Post, alice: Membership, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch, url: str, language: str
) -> None:
    post.file(Mail("Offer <b>"), Mail("Bill", sender="b@other.example"))
    alice.user.language = language
    alice.user.save()
    client, url = signed_in(alice), url.format(mailbox=post.mailbox.pk)
    by_pieces, again, whole = drawn(client, url), drawn(client, url), drawn_whole(client, url, monkeypatch)
    assert TOKEN.sub("", by_pieces) == TOKEN.sub("", again) == TOKEN.sub("", whole)
    assert mail_screen.SEAM not in by_pieces


def test_each_token_is_masked_anew(post: Post, alice: Membership, signed_in: SignIn) -> None:
    client = signed_in(alice)
    assert len({TOKEN.search(drawn(client))[0] for _ in range(3)}) == 3  # type: ignore[index]
    assert len(TOKEN.findall(drawn(client))) == 3


def test_each_sees_their_own_frame(post: Post, alice: Membership, bob: Membership, signed_in: SignIn) -> None:
    for _ in range(2):
        of_alice, of_bob = drawn(signed_in(alice)), drawn(signed_in(bob))
        assert alice.user.email in of_alice
        assert alice.user.email not in of_bob
        assert bob.user.email in of_bob


def test_what_changes_is_seen_at_once(post: Post, alice: Membership, signed_in: SignIn) -> None:
    client = signed_in(alice)
    assert 'data-theme="system"' in drawn(client)
    post.file(Mail("Offer"))
    assert re.search(r'id="rail-unread"><span[^>]*>1<', drawn(client))
    alice.user.theme = "dark"
    alice.user.name = "<i>Al"
    alice.user.save()
    assert 'data-theme="dark"' in drawn(client)
    assert "&lt;i&gt;Al" in drawn(client)


def test_what_was_done_before_is_told(post: Post, alice: Membership, signed_in: SignIn) -> None:
    client = signed_in(alice)
    told = CookieStorage(HttpRequest())._encode([Toast(constants.SUCCESS, "It is <done>.")])  # type: ignore[attr-defined]
    client.cookies["messages"] = told
    assert "It is &lt;done&gt;." in drawn(client)
