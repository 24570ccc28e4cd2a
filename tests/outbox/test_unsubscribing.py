"""The link to unsubscribe: a page that asks, a POST that acts, a mail program's button (RFC 8058)."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Membership
from accounts.public_tokens import make_token
from crm.models import CardEvent
from mailboxes.models import Mailbox
from outbox.feeding import feed
from outbox.models import OutgoingMail, Suppression
from outbox.suppression import is_unsubscribed
from outbox.unsubscribing import link_of
from tests.outbox.conftest import Queue
from tests.outbox.mailing_world import person, started

pytestmark = [pytest.mark.rule("M99", "G09")]


@pytest.fixture
def reader() -> Client:
    """A browser of nobody, that would send no CSRF token."""
    return Client(headers={"host": urlsplit(settings.PUBLIC_URL).hostname}, enforce_csrf_checks=True)


@pytest.fixture
def path(alice: Membership, sales: Mailbox) -> str:
    feed(started(alice, sales, [person("Ana", "ana@client.example")]).pk)
    return urlsplit(link_of(OutgoingMail.objects.get())).path


def test_opening_the_link_does_nothing(reader: Client, path: str) -> None:
    for answer in (reader.get(path), reader.head(path), reader.get(path, headers={"purpose": "prefetch"})):
        assert answer.status_code == 200
        assert not answer.cookies
        assert "no-store" in answer["Cache-Control"]
    assert "ana@client.example" in reader.get(path).content.decode()
    assert not Suppression.objects.exists()


def test_one_click_of_a_mail_program_is_enough_and_twice_is_as_once(reader: Client, path: str) -> None:
    for _ in range(2):
        assert reader.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Suppression.objects.get().reason == "unsubscribed"
    assert list(CardEvent.objects.filter(kind="unsubscribed").values_list("facts__address", flat=True)) == [
        "ana@client.example"
    ]
    contact = CardEvent.objects.get(kind="unsubscribed").contact
    assert contact
    assert is_unsubscribed(contact)


def test_second_thoughts_are_taken(reader: Client, path: str) -> None:
    reader.post(path)
    assert "again" in reader.post(path).content.decode()
    reader.post(path, {"again": "1"})
    assert not Suppression.objects.exists()
    assert CardEvent.objects.filter(kind="subscribed").count() == 1


def test_who_goes_to_and_fro_fills_no_timeline(reader: Client, path: str) -> None:
    for _ in range(3):
        reader.post(path)
        reader.post(path, {"again": "1"})
    assert list(CardEvent.objects.filter(kind__endswith="subscribed").values_list("kind", flat=True)) == ["subscribed"]


def test_a_large_body_is_not_read_and_unsubscribes(reader: Client, path: str) -> None:
    reader.post(path, {"again": "1", "more": "x" * 20_000})
    assert Suppression.objects.count() == 1


@pytest.mark.rule("M97")
def test_other_tokens_are_the_one_404(reader: Client, path: str, alice: Membership) -> None:
    mail = OutgoingMail.objects.get()
    wrong = [path[:-1] + ("A" if path[-1] != "A" else "B"), path[:-1], f"/unsubscribe/{make_token('web', mail.pk)}"]
    answers = [reader.post(one) for one in [*wrong, f"/unsubscribe/{make_token('unsubscribe', mail.pk + 1000)}"]]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert not Suppression.objects.exists()
    assert Client().get(path).status_code in (302, 404)  # the application does not know the path


def test_a_letter_to_several_is_the_first_ones(reader: Client, queue: Queue) -> None:
    mail = queue(to=["ann@client.example", "ben@client.example"])
    reader.post(urlsplit(link_of(mail)).path)
    assert Suppression.objects.get().email_key == "ann@client.example"
