"""Files by link in a letter written by hand: they came with a template, and are the letter's own from then on (M46)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accounts.models import Membership
from letter_templates.models import Template
from mailboxes.models import Mailbox
from outbox.draft_sending import send_draft
from outbox.drafts import DraftFields, create_draft, fields_of, save_draft
from outbox.errors import LetterRefused
from outbox.models import Draft
from outbox.services import take_back
from tests.outbox.conftest import Queue

pytestmark = pytest.mark.rule("M46")
LINK = "https://files.example/{{ user.email }}.pdf"


@pytest.fixture
def fields(alices: Mailbox) -> DraftFields:
    return DraftFields(mailbox_id=alices.pk, to=["ann@client.example"], body="<p>Hi</p>", attachment_url=LINK)


def test_they_go_out_with_it_and_come_back_with_it(alice: Membership, fields: DraftFields) -> None:
    draft = create_draft(alice, fields)
    mail = send_draft(alice, draft.pk, undo_seconds=60)
    assert (mail.attachment_url, mail.has_fields) == (LINK, True)
    assert take_back(alice, mail.pk).attachment_url == LINK


def test_what_was_taken_off_does_not_go(alice: Membership, fields: DraftFields) -> None:
    template = Template.objects.create(name="t", owner=alice, attachment_url=LINK)
    draft = create_draft(alice, replace(fields, template_id=template.pk))
    save_draft(alice, draft.pk, replace(fields_of(draft), attachment_url=""))
    assert send_draft(alice, draft.pk).attachment_url == ""


def test_what_is_no_link_is_refused_when_it_is_sent(alice: Membership, fields: DraftFields) -> None:
    draft = create_draft(alice, replace(fields, attachment_url="ftp://x\0"))
    assert draft.attachment_url == "ftp://x"
    with pytest.raises(LetterRefused) as refused:
        send_draft(alice, draft.pk)
    assert refused.value.field == "attachment_url"


def test_a_draft_made_of_a_letter_has_them(alice: Membership, alices: Mailbox, queue: Queue) -> None:
    mail = queue(attachment_url=LINK, merge_fields=True)
    take_back(alice, mail.pk)
    assert Draft.objects.get().attachment_url == LINK
