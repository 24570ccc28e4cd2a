"""The body of a letter in its frame."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from accounts.models import Account, Membership
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Mail, Post
from threads.models import Message, MessageBody

SignIn = Callable[[Membership], Client]


@pytest.fixture
def post(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Post:
    return Post(make_mailbox(SALES, account_of=alice))


def body(client: Client, query: str = "") -> str:
    return client.get(f"/mail/messages/{Message.objects.get().pk}/body/{query}").content.decode()


def test_its_policy_lets_nothing_run_or_load(signed_in: SignIn, post: Post, alice: Membership) -> None:
    post.file(Mail("Offer", html="<p>Hi<script>x()</script></p>"))
    answer = signed_in(alice).get(f"/mail/messages/{Message.objects.get().pk}/body/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "allow-scripts" not in policy
    assert "sandbox allow-same-origin" in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "<script" not in answer.content.decode()


def test_plain_bodies_follow_the_theme_and_colored_ones_lie_on_paper(
    signed_in: SignIn, post: Post, alice: Membership
) -> None:
    post.file(Mail("Offer", html="<p>Plain</p>"))
    client = signed_in(alice)
    assert 'class="plain"' in body(client)
    assert "color-scheme:dark}" in body(client, "?theme=dark")
    MessageBody.objects.update(html='<p style="color: red">Red</p>')
    assert 'class="paper"' in body(client)


@pytest.mark.parametrize(
    ("html", "is_folded"),
    [
        ("<p>Yes.</p><blockquote>Shall we?</blockquote>", True),
        (f"<blockquote>Shall we?</blockquote><p>{'Yes, and here is why. ' * 20}</p>", False),
        ("<p>Yes.</p>", False),
    ],
)
def test_a_quote_at_the_end_is_folded(
    signed_in: SignIn, post: Post, alice: Membership, html: str, is_folded: bool
) -> None:
    post.file(Mail("Offer"))
    MessageBody.objects.update(html=html)
    shown = body(signed_in(alice))
    assert ("<details>" in shown) is is_folded
    assert shown.count("Shall we?") == html.count("Shall we?")


def test_text_is_escaped_and_its_quote_folded(signed_in: SignIn, post: Post, alice: Membership) -> None:
    post.file(Mail("Offer", text="See https://a.example <b>\n\nOn Monday, Bob <b@x.example> wrote:\n> Shall we?"))
    MessageBody.objects.update(html="")
    shown = body(signed_in(alice))
    assert "&lt;b&gt;" in shown
    assert 'href="https://a.example"' in shown
    assert "<details>" in shown


def test_pictures_of_the_letter_get_an_address_of_ours(signed_in: SignIn, post: Post, alice: Membership) -> None:
    post.file(Mail("Offer"))
    MessageBody.objects.update(html='<img data-cid="logo@1" alt=""><img data-remote-src="https://x.example/p.gif">')
    shown = body(signed_in(alice))
    assert f'src="/mail/messages/{Message.objects.get().pk}/picture/?cid=logo%401"' in shown
    assert 'src="https://x.example' not in shown.replace("data-remote-src", "")


def test_words_that_look_like_our_own_marks_change_no_markup(signed_in: SignIn, post: Post, alice: Membership) -> None:
    """Replaced in the text, the first would end its attribute and begin new ones."""
    forged = '<img alt="x data-cid=" title=" onerror=alert(1) src=https://evil.example/x.gif">'
    post.file(Mail("Offer", html=f'<p>data-cid="</p>{forged}'))
    page = LexborHTMLParser(body(signed_in(alice)))
    assert not page.css("[onerror], [src]")
    assert page.css_first("img").attributes["alt"] == "x data-cid="


def test_a_letter_makes_the_reader_ask_the_mail_server_so_often_only(
    signed_in: SignIn, post: Post, alice: Membership
) -> None:
    post.file(Mail("Offer", html="".join(f'<img src="cid:{number}@x"><img src="cid:0@x">' for number in range(90))))
    shown = LexborHTMLParser(body(signed_in(alice))).css("img[src]")
    assert len({picture.attributes["src"] for picture in shown}) == 50
    assert len(shown) == 49 + 91


def test_a_letter_cannot_have_its_quote_repeated(signed_in: SignIn, post: Post, alice: Membership) -> None:
    """A mark in the text was once where the quote goes: 500 kB of them and as much quote would be 10 GB."""
    post.file(Mail("Offer", html=f"{'<i>quote-goes-here</i>' * 9}<blockquote>Shall we?</blockquote>"))
    assert body(signed_in(alice)).count("Shall we?") == 1


@pytest.mark.rule("K23")
def test_others_do_not_get_it(
    signed_in: SignIn, post: Post, alice: Membership, bob: Membership, charlie: Membership
) -> None:
    post.file(Mail("Offer"))
    url = f"/mail/messages/{Message.objects.get().pk}/body/"
    assert signed_in(charlie).get(url).status_code == 404
    post.mailbox.kind, post.mailbox.owner = "personal", alice
    post.mailbox.save()
    assert signed_in(bob).get(url).status_code == 404


@pytest.mark.parametrize("mail", [Mail("Offer", text=" \n"), Mail("Offer", html="<div><br></div>")])
def test_a_letter_without_text_says_so(signed_in: SignIn, post: Post, alice: Membership, mail: Mail) -> None:
    post.file(mail)
    assert "This letter has no text." in body(signed_in(alice))


def test_text_is_written_in_its_own_direction(signed_in: SignIn, post: Post, alice: Membership) -> None:
    post.file(Mail("Offer", html="<p>שלום</p>"))
    assert 'dir="auto"' in body(signed_in(alice))
    MessageBody.objects.update(html="", text="שלום,")
    assert '<div class="lines">' in body(signed_in(alice))
