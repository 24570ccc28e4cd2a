"""Remote images: nothing is loaded before the reader consents, then by our server alone."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable

import pytest
from django.test import Client
from PIL import Image

from accounts.models import Account, Membership
from mailboxes import limits
from mailkit.errors import ConnectionFailed
from mailkit.safe_fetch import Fetched
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Mail, Post
from threads import remote_images
from threads.models import ImageConsent, Message

SignIn = Callable[[Membership], Client]
HTML = '<img src="https://cdn.example/1.png"><img src="https://cdn.example/2.png"><img src="https://cdn.example/1.png">'


@pytest.fixture
def letter(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Message:
    Post(make_mailbox(SALES, account_of=alice)).file(Mail("Offer", html=HTML))
    return Message.objects.get()


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that our server asked for: foreign HTTP."""
    asked: list[str] = []

    def fetch(url: str, *, most_bytes: int, seconds: float) -> Fetched:
        asked.append(url)
        if "2.png" in url:
            raise ConnectionFailed("no answer", step="connect")
        out = io.BytesIO()
        Image.new("RGB", (3, 2)).save(out, "PNG")
        return Fetched(url, "text/html", out.getvalue())

    monkeypatch.setattr(remote_images, "fetch_file", fetch)
    return asked


def body(client: Client, letter: Message, query: str = "") -> list[str]:
    """The addresses of the images in the letter's frame."""
    page = client.get(f"/mail/messages/{letter.pk}/body/{query}").content.decode()
    return [found.replace("&amp;", "&") for found in re.findall(r' src="([^"]*)"', page)]


def token(client: Client, letter: Message) -> str:
    page = client.get(f"/mail/inbox/{letter.thread_id}/", headers={"HX-Request": "true"}).content.decode()
    found = re.search(r'data-images="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_before_consent_the_letter_holds_no_address_to_load(
    signed_in: SignIn, alice: Membership, letter: Message, fetched: list[str]
) -> None:
    client = signed_in(alice)
    assert body(client, letter) == []
    assert body(client, letter, "?images=1") == []
    assert client.get(f"/mail/messages/{letter.pk}/images/0/?images=1").status_code == 404
    assert fetched == []


def test_with_consent_images_come_from_our_server_drawn_anew(
    signed_in: SignIn, alice: Membership, letter: Message, fetched: list[str]
) -> None:
    client = signed_in(alice)
    images = body(client, letter, f"?images={token(client, letter)}")
    assert len(images) == 3
    assert len(set(images)) == 2
    for _time in range(2):
        answer = client.get(images[0])
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert fetched == ["https://cdn.example/1.png"]


def test_a_server_that_does_not_answer_is_not_asked_again_at_once(
    signed_in: SignIn, alice: Membership, letter: Message, fetched: list[str]
) -> None:
    client = signed_in(alice)
    images = body(client, letter, f"?images={token(client, letter)}")
    assert [client.get(images[1]).status_code for _time in range(3)] == [502] * 3
    assert fetched == ["https://cdn.example/2.png"]
    assert client.get(images[0].replace("/images/0/", "/images/9/")).status_code == 404


def test_a_sender_is_allowed_and_forbidden_for_one_member(
    signed_in: SignIn, alice: Membership, bob: Membership, letter: Message
) -> None:
    client = signed_in(alice)
    answer = client.post(f"/mail/messages/{letter.pk}/images/allow/")
    assert '"sender": "anna@client.example", "allowed": true' in answer["HX-Trigger"]
    assert len(body(client, letter)) == 3
    assert body(signed_in(bob), letter) == []
    client = signed_in(alice)
    client.post(f"/mail/messages/{letter.pk}/images/forbid/")
    assert body(client, letter) == []
    assert not ImageConsent.objects.exists()


def test_the_token_of_another_member_or_letter_is_none(
    signed_in: SignIn, alice: Membership, bob: Membership, letter: Message
) -> None:
    of_bob = token(signed_in(bob), letter)
    client = signed_in(alice)
    assert body(client, letter, f"?images={of_bob}") == []
    assert client.get(f"/mail/messages/{letter.pk}/images/0/?images={of_bob}").status_code == 404


def test_others_are_refused(signed_in: SignIn, charlie: Membership, letter: Message) -> None:
    client = signed_in(charlie)
    assert client.get(f"/mail/messages/{letter.pk}/images/0/").status_code == 404
    assert client.post(f"/mail/messages/{letter.pk}/images/allow/").status_code == 404
    assert client.post(f"/mail/messages/{letter.pk}/images/forbid/").status_code == 404


def sources(page: str) -> list[str]:
    return [found.replace("&amp;", "&") for found in re.findall(r'<img[^>]* src="([^"]*)"', page)]


@pytest.mark.rule("M18")
def test_a_writer_sees_his_own_images_through_our_server(
    signed_in: SignIn, in_account: Account, alice: Membership, bob: Membership, fetched: list[str]
) -> None:
    client = signed_in(alice)
    html = '<p>Hi</p><img alt="Logo" src="https://cdn.example/1.png"><img src="https://cdn.example/2.png">'
    sheet = client.post("/mail/compose/sheet/", {"body": html}).content.decode()
    shown, broken = sources(sheet)
    assert shown.startswith("/mail/compose/image/?")
    answer = client.get(shown)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert client.get(broken).status_code == 502
    assert fetched == ["https://cdn.example/1.png", "https://cdn.example/2.png"]
    assert client.get(shown.replace("1.png", "3.png")).status_code == 404
    assert signed_in(bob).get(shown).status_code == 404
    assert len(fetched) == 2


@pytest.mark.rule("M18")
def test_a_preview_shows_images_of_the_writer_and_not_of_whom_he_quotes(
    signed_in: SignIn, in_account: Account, alice: Membership
) -> None:
    fields = {
        "format": "html",
        "subject": "Hi",
        "body": '<img alt="" src="https://cdn.example/own.png">',
        "quote_html": '<blockquote><img alt="" src="https://spy.example/pixel.png"></blockquote>',
    }
    page = signed_in(alice).post("/mail/compose/preview/", {"fields": json.dumps(fields)}).content.decode()
    assert [("own.png" in source, "spy" in source) for source in sources(page)] == [(True, False)]
    assert 'data-remote-src="https://spy.example/pixel.png"' in page


@pytest.mark.rule("M18")
def test_images_of_a_writer_are_not_without_limit(
    signed_in: SignIn, in_account: Account, alice: Membership, fetched: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits.LIMITS, "image", limits.Limit(member=1, account=9))
    client = signed_in(alice)
    html = "".join(f'<img alt="" src="https://cdn.example/{name}.png">' for name in "ab")
    first, second = sources(client.post("/mail/compose/sheet/", {"body": html}).content.decode())
    assert [client.get(url).status_code for url in (first, second)] == [200, 429]
