"""Drafts to each of several people: kept with them, sent together, and back again together."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.contacts import ContactValues, create_contact
from crm.leads import LeadValues, create_lead
from crm.merging import merge_contacts
from crm.models import Contact
from mailboxes.models import Mailbox
from outbox import purging
from outbox.draft_sending import send_draft, send_draft_to_each
from outbox.drafts import DraftFields, create_draft, fields_of, get_draft_for, letter_for, save_draft
from outbox.errors import DraftChanged, DraftNotFound, LetterRefused, WrongState
from outbox.models import Draft, OutgoingMail
from outbox.previewing import preview
from outbox.services import cancel, take_back, take_back_all
from outbox.writing_to_each import Addressee, Chosen
from tests.outbox.conftest import Queue

pytestmark = pytest.mark.rule("M10", "G04")


@pytest.fixture
def people(alice: Membership) -> list[Contact]:
    return [
        create_contact(ContactValues(name, emails=[f"{name.lower()}@client.example"]))
        for name in ("Ana", "Ben", "Cleo")
    ]


@pytest.fixture
def draft(alice: Membership, alices: Mailbox, people: list[Contact]) -> Draft:
    fields = DraftFields(
        mailbox_id=alices.pk,
        to_each=[Chosen(one.pk) for one in people],
        subject="For {{ contact.first_name }}",
        body="<p>Dear {{ contact.first_name }}</p>",
    )
    return create_draft(alice, fields)


def test_it_keeps_its_people_and_who_is_left_out_by_hand(
    alice: Membership, draft: Draft, people: list[Contact]
) -> None:
    lead = create_lead(LeadValues("Offer", contacts=[people[1]]))
    chosen = (Chosen(people[1].pk, lead.pk), Chosen(people[2].pk))
    fields = fields_of(draft)
    saved = save_draft(alice, draft.pk, DraftFields(mailbox_id=fields.mailbox_id, to_each=chosen), draft.version)
    assert fields_of(saved).to_each == chosen
    people[2].delete()
    lead.delete()
    assert fields_of(get_draft_for(alice, draft.pk)).to_each == (Chosen(people[1].pk),)
    with pytest.raises(LetterRefused):
        save_draft(alice, draft.pk, DraftFields(to_each=chosen, cc=["boss@client.example"]))


def test_who_became_one_gets_one(alice: Membership, draft: Draft, people: list[Contact]) -> None:
    merge_contacts(alice, people[0], [people[1]])
    assert fields_of(get_draft_for(alice, draft.pk)).to_each == (Chosen(people[0].pk), Chosen(people[2].pk))


def test_it_is_sent_to_each_once(alice: Membership, draft: Draft) -> None:
    with pytest.raises(LetterRefused):
        send_draft(alice, draft.pk)
    with pytest.raises(DraftChanged):
        send_draft_to_each(alice, draft.pk, draft.version + 1)
    letters = send_draft_to_each(alice, draft.pk, draft.version)
    assert [mail.recipients.get().address for mail in letters] == [
        "ana@client.example",
        "ben@client.example",
        "cleo@client.example",
    ]
    with pytest.raises(DraftNotFound):
        send_draft_to_each(alice, draft.pk)
    assert OutgoingMail.objects.count() == 3


def test_all_are_taken_back_together(alice: Membership, bob: Membership, draft: Draft) -> None:
    before = fields_of(draft)
    letters = send_draft_to_each(alice, draft.pk, send_at=timezone.now() + timedelta(days=1))
    with pytest.raises(DraftNotFound):
        take_back_all(bob, draft.pk)
    back = take_back_all(alice, draft.pk)
    assert fields_of(back) == before
    assert {mail.state for mail in OutgoingMail.objects.all()} == {OutgoingMail.State.CANCELED}
    assert not {mail.pk for mail in send_draft_to_each(alice, draft.pk)} & {mail.pk for mail in letters}


def test_it_comes_back_with_the_last_of_its_letters(alice: Membership, draft: Draft) -> None:
    first, *others = send_draft_to_each(alice, draft.pk, undo_seconds=60)
    single = take_back(alice, first.pk)
    assert (single.is_to_each, single.to) == (False, ["ana@client.example"])
    with pytest.raises(DraftNotFound):
        get_draft_for(alice, draft.pk)
    for mail in others:
        cancel(alice, mail.pk)
    assert get_draft_for(alice, draft.pk).is_to_each


def test_once_one_was_sent_it_does_not_come_back(alice: Membership, draft: Draft) -> None:
    letters = send_draft_to_each(alice, draft.pk, undo_seconds=60)
    sent = OutgoingMail.objects.filter(pk=letters[1].pk)
    sent.update(state=OutgoingMail.State.SENT, sent_at=timezone.now())
    with pytest.raises(WrongState):
        take_back_all(alice, draft.pk)
    assert OutgoingMail.objects.get(pk=letters[0].pk).state == OutgoingMail.State.QUEUED
    purging.purge(timezone.now())
    assert not Draft.objects.exists()


def test_the_first_sees_it_in_the_preview_and_nobody_the_others(
    alice: Membership, draft: Draft, people: list[Contact]
) -> None:
    shown = preview(alice, fields_of(draft))
    assert (shown.subject, shown.to) == ("For Ana", ("ana@client.example",))
    person = Addressee(people[2].pk, "cleo@client.example", None)
    assert preview(alice, letter_for(fields_of(draft), person)).subject == "For Cleo"


@pytest.mark.rule("G10")
def test_people_of_another_account_are_nobody(alice: Membership, alices: Mailbox, charlie: Membership) -> None:
    with tenant(charlie.account_id):
        theirs = create_contact(ContactValues("Zoe", emails=["zoe@globex.example"]))
    kept = create_draft(alice, DraftFields(mailbox_id=alices.pk, to_each=[Chosen(theirs.pk)]))
    assert fields_of(kept).to_each == ()
    with pytest.raises(LetterRefused):
        send_draft_to_each(alice, kept.pk)


def test_a_plain_draft_is_none(alice: Membership, queue: Queue, alices: Mailbox) -> None:
    plain = create_draft(alice, DraftFields(mailbox_id=alices.pk, to=["ann@client.example"]))
    with pytest.raises(LetterRefused):
        send_draft_to_each(alice, plain.pk)
    assert send_draft(alice, plain.pk).recipients.count() == 1
