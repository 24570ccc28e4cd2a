"""What others wrote is never filled in: not even where it comes to stand in a line of ours."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from outbox.composing import compose
from outbox.draft_sending import send_draft
from outbox.services import take_back
from tests.outbox.conftest import Queue

WORDS = "{{ contact.phone }} {% if 1 %} {# {{{ user.email }}} {{ nothing.there }}"


@pytest.mark.parametrize("html", ["", f'<p>{WORDS} <a href="https://x.example/{{{{user.email}}}}">here</a></p>'])
def test_a_letter_without_fields_that_is_taken_back_has_none_either(alice: Membership, queue: Queue, html: str) -> None:
    mail = queue(subject=WORDS, text=WORDS, html=html, undo_seconds=10)
    before = compose(mail)
    draft = take_back(alice, mail.pk)
    letter = compose(send_draft(alice, draft.pk, draft.version))
    assert (letter.subject, letter.html) == (before.subject, before.html)
    assert WORDS in letter.text
