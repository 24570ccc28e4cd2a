"""What a letter starts, and what is watched of it, by who asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from accounts.errors import NotAllowed
from accounts.models import Account, Membership
from letter_templates.services import TemplateFields, create_template, duplicate_template, use_template
from letter_templates.trigger_choice import TriggerChoice, read_choice
from mailboxes.models import Mailbox
from outbox.draft_sending import send_draft
from outbox.drafts import DraftFields, create_draft, draft_from, fields_of
from outbox.errors import FieldsRefused
from outbox.from_template import fill_from_template
from outbox.models import OutgoingMail
from outbox.queueing import queue_letter
from outbox.requests import LetterRequest
from tracking.models import TriggerLink

pytestmark = pytest.mark.usefixtures("in_account")

CHOICE = TriggerChoice(sent=(4,), not_opened=(9, 7), not_opened_after=120)


@pytest.fixture
def sales(alice: Membership, make_mailbox: Callable[..., Mailbox]) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


def asked(sales: Mailbox, **changed: object) -> LetterRequest:
    return LetterRequest(sales.pk, to=["c@client.example"], subject="Hi", text="Hello", undo_seconds=60, **changed)  # type: ignore[arg-type]  # by name


@pytest.mark.rule("M17", "M47")
def test_draft_carries_triggers_and_switches_into_its_letter_and_back(alice: Membership, sales: Mailbox) -> None:
    fields = DraftFields(sales.pk, to=["c@client.example"], body="Hello", triggers=CHOICE, track_opens=False)
    draft = create_draft(alice, fields)
    assert fields_of(draft).triggers == CHOICE
    mail = send_draft(alice, draft.pk, undo_seconds=60)
    mail.refresh_from_db()
    assert read_choice(mail.triggers) == CHOICE
    assert (mail.track_opens, mail.track_links) == (False, True)
    assert fields_of(draft_from(mail)).triggers == CHOICE


@pytest.mark.rule("M01")
def test_who_has_no_mailer_chooses_no_triggers_and_is_told_of_no_opens(bob: Membership, sales: Mailbox) -> None:
    with pytest.raises(NotAllowed):
        queue_letter(bob, asked(sales, triggers=CHOICE))
    with pytest.raises(NotAllowed):
        create_draft(bob, DraftFields(triggers=CHOICE))
    with pytest.raises(NotAllowed):
        create_template(bob, TemplateFields("Offer", triggers=CHOICE))
    mail = queue_letter(bob, asked(sales, track_opens=True))
    assert (mail.triggers, mail.track_opens, mail.track_links) == ({}, False, False)


@pytest.mark.rule("M01")
@pytest.mark.parametrize("word", ["{triggerlink:8}", "%7Btriggerlink%3A8%7D", "{weblink}", "{FormLink}"])
def test_who_has_no_mailer_writes_none_of_its_words(
    alice: Membership, bob: Membership, sales: Mailbox, word: str
) -> None:
    TriggerLink.objects.create(number=8, name="Offer")
    html = f'<p><a href="{word}">See</a></p>'
    letter = asked(sales)
    for named in (replace(letter, text=word), replace(letter, text="", html=html)):
        with pytest.raises(FieldsRefused, match="users of the Mailer"):
            queue_letter(bob, named)
        assert queue_letter(alice, named).pk
        assert queue_letter(bob, replace(named, is_automatic=True)).pk
    Account.objects.filter(pk=alice.account.pk).update(mailer_enabled=False)
    with pytest.raises(FieldsRefused):
        queue_letter(Membership.objects.get(pk=alice.pk), replace(asked(sales), html=html))


@pytest.mark.rule("M01", "M99")
def test_words_that_are_everybodys_or_others_stay(bob: Membership, sales: Mailbox) -> None:
    quote = "<blockquote>{triggerlink:8}</blockquote>"
    request = replace(asked(sales), text="Leave: {unsubscribelink}", quote_html=quote, quote_text="> {weblink}")
    assert queue_letter(bob, request).pk


@pytest.mark.rule("M01", "M47")
def test_public_template_lends_its_triggers_only_to_who_has_the_mailer(
    alice: Membership, bob: Membership, sales: Mailbox
) -> None:
    template = create_template(alice, TemplateFields("Offer", body="<p>Hi</p>", is_public=True, triggers=CHOICE))
    assert use_template(alice, template.pk).triggers == CHOICE
    assert not use_template(bob, template.pk).triggers
    assert duplicate_template(bob, template.pk).triggers == {}
    request = asked(sales, template_id=template.pk)
    assert fill_from_template(alice, request).triggers == CHOICE
    assert not queue_letter(bob, fill_from_template(bob, request)).triggers


@pytest.mark.rule("M47")
def test_rule_of_the_account_keeps_the_triggers_of_its_template_whoever_it_sends_for(
    alice: Membership, bob: Membership, sales: Mailbox
) -> None:
    template = create_template(alice, TemplateFields("Offer", body="<p>Hi</p>", is_public=True, triggers=CHOICE))
    request = asked(sales, template_id=template.pk, is_automatic=True, depth=2)
    mail = queue_letter(bob, fill_from_template(bob, request))
    assert read_choice(mail.triggers) == CHOICE
    assert (mail.is_automatic, mail.depth, mail.track_opens) == (True, 2, True)
    assert mail.priority == OutgoingMail.Priority.RULE


@pytest.mark.parametrize(
    ("account_mailbox_letter", "opens"),
    [
        ((True, None, None), True),
        ((True, False, None), False),
        ((False, True, None), True),
        ((True, True, False), False),
    ],
)
def test_switch_that_is_closest_to_the_letter_counts(
    alice: Membership,
    account: Account,
    sales: Mailbox,
    account_mailbox_letter: tuple[bool, bool | None, bool | None],
    opens: bool,
) -> None:
    account_says, mailbox_says, letter_says = account_mailbox_letter
    Account.objects.filter(pk=account.pk).update(track_opens=account_says)
    Mailbox.objects.filter(pk=sales.pk).update(track_opens=mailbox_says)
    alice = Membership.objects.get(pk=alice.pk)
    assert queue_letter(alice, asked(sales, track_opens=letter_says)).track_opens is opens
