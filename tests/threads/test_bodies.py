"""What an older version of the cleaning stored is cleaned again before it is shown."""

from __future__ import annotations

import pytest

from accounts.models import Account, Membership
from mailkit.html_cleaner import POLICY_VERSION
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Mail, Post
from threads.bodies import fresh_body
from threads.models import Message, MessageBody

HTML = '<p onclick="x()">Hi</p><img src="https://cdn.example/1.png"><div class="gmail_quote">Old</div>'


@pytest.fixture
def letter(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Message:
    Post(make_mailbox(SALES, account_of=alice)).file(Mail("Offer", html=HTML))
    return Message.objects.for_reading().get()


def test_it_is_cleaned_from_the_letter_as_it_came_and_once(letter: Message) -> None:
    MessageBody.objects.update(html="<script>x()</script>", policy_version=1, has_remote_images=False)
    body = fresh_body(Message.objects.for_reading().get())
    assert "script" not in body.html
    assert 'data-quote="whole"' in body.html
    stored = MessageBody.objects.get()
    assert (stored.policy_version, stored.has_remote_images, stored.html) == (POLICY_VERSION, True, body.html)


def test_without_the_original_what_is_stored_is_cleaned(letter: Message) -> None:
    old = '<p onclick="x()">Hi</p><img data-remote-src="https://cdn.example/1.png"><img data-cid="a@b">'
    MessageBody.objects.update(html=old, policy_version=1, raw_name="")
    body = fresh_body(Message.objects.for_reading().get())
    assert "onclick" not in body.html
    assert 'data-remote-src="https://cdn.example/1.png"' in body.html
    assert 'data-cid="a@b"' in body.html


def test_what_is_clean_is_left_alone(letter: Message) -> None:
    MessageBody.objects.update(html="<b>as stored</b>")
    assert fresh_body(Message.objects.for_reading().get()).html == "<b>as stored</b>"
