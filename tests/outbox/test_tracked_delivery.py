"""A tracked letter on its way: the client gets pixel and links, Sent and the CRM do not, and reading it is no hit."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest
from pytest_django import Settings

from accounts.models import Membership
from mailboxes.connections import imap_session
from outbox.delivery import deliver
from outbox.models import OutgoingMail
from outbox.replies import reply_defaults
from tests.outbox.conftest import Office, Queue
from tests.outbox.test_outside_links import HTML, ON, OURS
from tests.threads.builders import Mail, Post
from threads.bodies import fresh_body
from threads.errors import ImageNotFound
from threads.models import Message
from threads.remote_images import open_remote_image
from tracking.models import Hit, Tracked


def html_of(raw: bytes) -> str:
    part = message_from_bytes(raw, policy=policy.default).get_body(("html",))
    assert part is not None
    return str(part.get_content())


@pytest.mark.rule("M97", "M93")
def test_only_the_client_gets_pixel_and_links(office: Office, queue: Queue) -> None:
    queue(mailbox_id=office.mailbox.pk, html=HTML, **ON)
    deliver(office.mailbox.pk)
    assert OURS.search(html_of(office.sink.letters[0].raw))
    with imap_session(office.mailbox) as session:
        session.examine("Sent")
        (copy,) = session.fetch_messages(session.list_uids())
    assert not OURS.search(html_of(copy.raw))
    body = fresh_body(OutgoingMail.objects.get().message or Message())
    assert "https://acme.example/offer?a=1&amp;b=2" in body.html
    assert not body.has_remote_images


@pytest.mark.rule("G07")
def test_the_time_of_delivery_is_noted(office: Office, queue: Queue) -> None:
    queue(mailbox_id=office.mailbox.pk, html=HTML, **ON)
    deliver(office.mailbox.pk)
    assert Tracked.objects.get().delivered_at == OutgoingMail.objects.get().sent_at


@pytest.mark.rule("M97")
def test_a_copy_that_a_provider_filed_and_a_clients_answer_tell_nothing_when_we_read_them(
    office: Office, queue: Queue, settings: Settings, alice: Membership
) -> None:
    queue(mailbox_id=office.mailbox.pk, html=HTML, **ON)
    deliver(office.mailbox.pk)
    outside = html_of(office.sink.letters[0].raw)
    post = Post(office.mailbox)
    answer = Mail("Re: Offer", html=f"<p>Thanks</p><blockquote>{outside}</blockquote>")
    (message_id,) = post.file(answer).new_message_ids
    message = Message.objects.for_reading().get(pk=message_id)
    assert settings.PUBLIC_URL in message.body.html
    assert settings.PUBLIC_URL not in reply_defaults(alice, message).quoted_html
    with pytest.raises(ImageNotFound):
        open_remote_image(message.body, 0)
    assert settings.PUBLIC_URL not in fresh_body(message).html
    assert "https://acme.example/offer" in fresh_body(message).html
    assert not Hit.objects.exists()
