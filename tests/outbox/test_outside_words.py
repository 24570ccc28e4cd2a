"""What others wrote, and what is known of them, becomes no link of ours."""

from __future__ import annotations

import pytest

from crm.models import Contact
from outbox.composing import compose
from tests.outbox.conftest import Queue
from tests.outbox.test_outside_links import ON, OURS, again, targets
from tracking.models import TriggerLink


@pytest.mark.rule("M97")
def test_the_words_of_others_are_left_alone(queue: Queue) -> None:
    TriggerLink.objects.create(number=8, name="Offer")
    who = "<p>On Monday, Ann &lt;ann@client.example&gt; wrote:</p>"
    quote = f'{who}<blockquote><a href="https://evil.example">x</a> {{triggerlink:8}}</blockquote>'
    mail = queue(html="<p>Yes.</p>", quote_html=quote, quote_text="> {triggerlink:8}", **ON)
    letter = compose(again(mail))
    assert 'href="https://evil.example"' in letter.html
    assert "{triggerlink:8}" in letter.html
    assert "> {triggerlink:8}" in letter.text
    assert targets(mail) == []


@pytest.mark.rule("M80")
def test_the_name_of_a_client_becomes_no_trigger_link(queue: Queue) -> None:
    TriggerLink.objects.create(number=8, name="Offer")
    ann = Contact.objects.create(first_name="{triggerlink:8}")
    mail = queue(html="<p>Dear {{ contact.first_name }}</p>", contact_id=ann.pk, merge_fields=True, **ON)
    letter = compose(again(mail))
    assert not [end for _token, end in OURS.findall(letter.html) if not end]
    assert "triggerlink:8}" in letter.html
