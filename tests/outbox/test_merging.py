"""Merge fields of a letter: tried when it is queued, filled in when it is made; never in what strangers wrote."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Membership
from crm.contacts import ContactValues, create_contact
from crm.models import Contact
from mailkit.mime_reader import parse_message
from mailkit.types import ParsedMessage
from outbox.composing import freeze
from outbox.errors import FieldsRefused, InvalidSubject
from outbox.models import OutgoingMail
from tests.outbox.conftest import Queue


@pytest.fixture
def ann(alice: Membership) -> Contact:
    return create_contact(
        ContactValues(first_name="Ann <b>", last_name="O'Neil", emails=["ann@client.example"], phones=["+1 555"])
    )


def made(mail: OutgoingMail) -> ParsedMessage:
    return parse_message(freeze(OutgoingMail.objects.get(pk=mail.pk)))


@pytest.mark.rule("K52", "M14")
def test_fields_are_filled_in_with_the_card_of_the_first_recipient(queue: Queue, ann: Contact) -> None:
    mail = queue(
        merge_fields=True,
        subject="For {{contact.first_name}}",
        text="",
        html="<p>Dear {{ contact.first_name }} of {{ mailbox.address }},</p>",
    )
    assert (mail.has_fields, mail.contact) == (True, ann)
    letter = made(mail)
    assert letter.subject == "For Ann <b>"
    assert letter.html.rstrip() == "<p>Dear Ann &lt;b&gt; of alice@acme.example,</p>"
    assert letter.text.rstrip() == "Dear Ann <b> of alice@acme.example,"


@pytest.mark.rule("K52")
def test_the_letter_answered_holds_no_fields(queue: Queue, ann: Contact) -> None:
    mail = queue(
        merge_fields=True,
        text="",
        html="<p>{{ contact.phone }}</p>",
        quote_text="> {{ user.email }} {{ 7 * 7 }}",
        quote_html="<blockquote>{{ user.email }} {{ 7 * 7 }}</blockquote>",
    )
    letter = made(mail)
    assert letter.html.rstrip() == "<p>+1 555</p><blockquote>{{ user.email }} {{ 7 * 7 }}</blockquote>"
    assert letter.text.rstrip() == "+1 555\n\n> {{ user.email }} {{ 7 * 7 }}"


def test_without_merge_fields_braces_are_braces(queue: Queue) -> None:
    mail = queue(subject="{{ x }}", text="{{ y }} {% z %}")
    assert not mail.has_fields
    assert (made(mail).subject, made(mail).text.rstrip()) == ("{{ x }}", "{{ y }} {% z %}")


@pytest.mark.rule("K52", "M94")
@pytest.mark.parametrize(
    ("fields", "field", "place"),
    [
        ({"subject": "{{ contact.nme }}"}, "subject", (1, 4)),
        ({"text": "Dear\n{{ contact.nme }}"}, "text", (2, 4)),
        ({"text": "", "html": "<p>Dear</p>\n<p>{{ contact.nme }}</p>"}, "html", (2, 7)),
        ({"attachment_url": "https://x.example/{{ contact.nme }}"}, "attachment_url", (1, 22)),
    ],
)
def test_an_unknown_field_is_refused_with_its_place(
    queue: Queue, fields: dict[str, Any], field: str, place: tuple[int, int]
) -> None:
    with pytest.raises(FieldsRefused) as refused:
        queue(merge_fields=True, **fields)
    error = refused.value
    assert (error.field, error.name, (error.line, error.column)) == (field, "contact.nme", place)
    assert not OutgoingMail.objects.exists()


def test_a_subject_is_one_line_after_its_fields_are_filled_in(queue: Queue, ann: Contact) -> None:
    Contact.objects.filter(pk=ann.pk).update(first_name="Ann\r\nBcc: all@acme.example")
    letter = made(queue(merge_fields=True, subject="Dear {{ contact.first_name }}"))
    assert letter.subject == "Dear Ann Bcc: all@acme.example"
    assert not letter.bcc
    Contact.objects.filter(pk=ann.pk).update(first_name="x" * 100, last_name="y" * 100)
    with pytest.raises(InvalidSubject):
        queue(merge_fields=True, subject="{{ contact.first_name }}" * 10)


@pytest.mark.rule("K52")
def test_a_field_may_be_an_address_but_none_that_runs(queue: Queue, ann: Contact) -> None:
    html = '<p><a href="{{ contact.phone|default(&quot;x&quot;) }}">a</a><a href="https://b.example/?{{user.name}}">b</a></p>'
    for value, shown in (
        ("https://d.example/1?a&b", '<a href="https://d.example/1?a&amp;b">a</a>'),
        ("javascript:alert(1)", "<a>a</a>"),
        ('" onclick="alert(1)', "<a>a</a>"),
    ):
        Contact.objects.filter(pk=ann.pk).update(phones=[value])
        assert shown in made(queue(merge_fields=True, text="", html=html)).html


@pytest.mark.rule("M49")
def test_a_letter_may_go_without_a_signature(queue: Queue, alice: Membership) -> None:
    Membership.objects.filter(pk=alice.pk).update(signature="Alice of {{ account.name }}")
    assert "Alice of Acme" in made(queue()).text
    assert "Alice of Acme" not in made(queue(with_signature=False)).text
