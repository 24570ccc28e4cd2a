"""What an answer begins with."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import Membership
from mailboxes.models import Mailbox, SenderAlias
from mailkit.types import Address
from outbox.services import ReplyDefaults, reply_defaults
from tests.threads.builders import Mail, Post
from threads.access import get_message_for
from threads.models import Message

ANN = Address("anna@client.example", "Anna Petrova")


@pytest.fixture
def post(sales: Mailbox) -> Post:
    return Post(sales)


def answer(
    post: Post, member: Membership, letter: Mail, *, reply_all: bool = False, sent: bool = False
) -> ReplyDefaults:
    post.file(letter, folder=post.sent if sent else post.inbox)
    pk = Message.objects.get(message_id_header=letter.message_id).pk
    return reply_defaults(member, get_message_for(member, pk), reply_all=reply_all)


def test_an_answer_goes_to_the_sender(post: Post, alice: Membership) -> None:
    defaults = answer(post, alice, Mail(subject="Re: AW: Offer", cc="boss@client.example"))
    assert (defaults.mailbox, defaults.to, defaults.cc) == (post.mailbox, (ANN,), ())
    assert defaults.subject == "Re: Offer"


@pytest.mark.rule("A09", "A10")
def test_an_answer_to_all_leaves_out_ourselves_but_not_colleagues(
    post: Post, alice: Membership, bob: Membership
) -> None:
    letter = Mail(
        to="Sales@ACME.example, b@b.example, alice@acme.example", cc="bob@acme.example, b@b.example, c@c.example"
    )
    defaults = answer(post, alice, letter, reply_all=True)
    assert [person.email for person in defaults.to] == [ANN.email, "b@b.example"]
    assert [person.email for person in defaults.cc] == ["bob@acme.example", "c@c.example"]


def test_our_own_letter_is_followed_up_with_those_it_went_to(post: Post, alice: Membership) -> None:
    letter = Mail(sender=post.mailbox.address, to="Anna Petrova <anna@client.example>", cc="c@c.example")
    assert answer(post, alice, letter, sent=True).to == (ANN,)
    again = Mail(sender=post.mailbox.address, to="Anna Petrova <anna@client.example>", cc="c@c.example")
    defaults = answer(post, alice, again, reply_all=True, sent=True)
    assert (defaults.to, defaults.cc) == ((ANN,), (Address("c@c.example"),))


def test_a_note_to_ourselves_can_be_answered(post: Post, alice: Membership) -> None:
    letter = Mail(sender=post.mailbox.address, to=post.mailbox.address)
    assert [person.email for person in answer(post, alice, letter).to] == [post.mailbox.address]


def test_the_answer_quotes_the_letter(post: Post, alice: Membership) -> None:
    html = '<p>Shall <b>we</b>?</p><img src="https://x.example/p.png"><script>x</script>'
    defaults = answer(post, alice, Mail(text="Shall we?", html=html))
    assert "Anna Petrova &lt;anna@client.example&gt; wrote:</p><blockquote>" in defaults.quoted_html
    assert "<p>Shall <b>we</b>?</p>" in defaults.quoted_html
    assert "<img" not in defaults.quoted_html
    assert "script" not in defaults.quoted_html
    assert defaults.quoted_text.endswith("Anna Petrova <anna@client.example> wrote:\n> Shall we?\n")


def test_a_plain_letter_is_quoted_as_html_too(post: Post, alice: Membership) -> None:
    defaults = answer(post, alice, Mail(text="1 < 2\nand 3"))
    assert defaults.quoted_html.endswith("<blockquote><p>1 &lt; 2<br>and 3</p></blockquote>")


@pytest.mark.rule("A09", "R16")
def test_another_address_of_ours_is_left_out_too(post: Post, alice: Membership) -> None:
    for address, confirmed in (("offers@acme.example", timezone.now()), ("maybe@acme.example", None)):
        SenderAlias.objects.create(
            mailbox=post.mailbox,
            address=address,
            address_key=address,
            digest=address,
            requested_by=alice,
            expires_at=timezone.now(),
            confirmed_at=confirmed,
        )
    defaults = answer(post, alice, Mail(to="offers@acme.example, maybe@acme.example"), reply_all=True)
    assert [person.email for person in defaults.to] == [ANN.email, "maybe@acme.example"]
