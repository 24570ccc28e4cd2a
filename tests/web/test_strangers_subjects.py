"""A letter's subject stands in the answer as it came, whatever it looks like: it is never filled in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from outbox.composing import compose
from outbox.draft_sending import send_draft
from outbox.drafts import DraftFields, create_draft
from outbox.models import OutgoingMail
from tests.api.client import ApiClient
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Mail, Post
from threads.models import Message
from web.draft import forward_letter, reply_letter

HOSTILE = "{{ contact.phone }} {% if 1 %} {# {{{ user.email }}} {{ nothing.there }}"


@pytest.fixture
def message(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Message:
    """From somebody who would like to know what we know of him."""
    create_contact(ContactValues("Anna", emails=["anna@client.example"], phones=["+7 900"]))
    Post(make_mailbox(SALES, account_of=alice)).file(Mail(subject=HOSTILE))
    return Message.objects.get()


def subject_of(member: Membership, fields: DraftFields) -> str:
    draft = create_draft(member, replace(fields, to=["anna@client.example"], body="<p>Hi</p>"))
    return compose(send_draft(member, draft.pk, draft.version)).subject


def test_in_an_answer(alice: Membership, message: Message) -> None:
    letter = reply_letter(alice, str(message.pk), to_all=False)
    assert subject_of(alice, letter.fields) == f"Re: {HOSTILE}"


def test_in_a_letter_that_is_forwarded(alice: Membership, message: Message) -> None:
    assert subject_of(alice, forward_letter(alice, str(message.pk)).fields) == f"Fwd: {HOSTILE}"


@pytest.mark.parametrize("with_fields", [True, False])
def test_in_one_that_a_program_forwards(alice: Membership, message: Message, with_fields: bool) -> None:
    asked = {"mailbox": str(message.mailbox_id), "to": ["anna@client.example"], "text": "See below"}
    body = {**asked, "forward_message": str(message.pk), "merge_fields": with_fields}
    assert ApiClient(alice).post("outbox/", body).status_code == 201
    assert compose(OutgoingMail.objects.get()).subject == f"Fwd: {HOSTILE}"
