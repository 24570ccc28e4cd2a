"""A timeline shows nothing of mail that its reader may not see: not in rows, not in pages."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.contacts import ContactValues, create_contact
from crm.leads import LeadValues, create_lead
from crm.models import Note
from mailboxes.disconnecting import disconnect
from tests.conftest import MakeMailbox
from tests.threads.builders import Mail, Post
from tests.threads.test_timeline import words_of
from threads.erasing import erase_some
from threads.models import Message
from threads.timeline import LETTERS, Kind, timeline

ANNA = "anna@client.example"


@pytest.mark.rule("K23")
def test_letters_of_anothers_mailbox_are_not_there(
    alice: Membership, bob: Membership, make_mailbox: MakeMailbox, post: Post
) -> None:
    anna = create_contact(ContactValues(first_name="Anna", emails=[ANNA]))
    lead = create_lead(LeadValues("Deal", contacts=[anna]))
    private = Post(make_mailbox("bob@acme.example", owner=bob))
    post.file(Mail("Shared", minutes=10))
    private.file(*(Mail(f"Private {number}", minutes=20 + number) for number in range(3)))
    for card in (anna, lead):
        page = timeline(alice, card, kinds=LETTERS, limit=1)
        assert (words_of(page.entries), page.next_place) == (["Shared"], None)
        assert len(timeline(bob, card, kinds=LETTERS).entries) == 4


@pytest.mark.rule("K63")
def test_letters_in_deleted_are_not_there(alice: Membership, post: Post) -> None:
    anna = create_contact(ContactValues(first_name="Anna", emails=[ANNA]))
    post.file(Mail("Kept"), Mail("Gone"))
    Message.objects.filter(subject="Gone").update(deleted_at=timezone.now())
    assert words_of(timeline(alice, anna, kinds=LETTERS).entries) == ["Kept"]


@pytest.mark.rule("K64")
def test_notes_of_removed_letters_are_for_those_who_saw_the_mailbox(
    alice: Membership, bob: Membership, make_mailbox: MakeMailbox, in_account: object
) -> None:
    anna = create_contact(ContactValues(first_name="Anna", emails=[ANNA]))
    private = Post(make_mailbox("bob@acme.example", owner=bob))
    private.file(Mail("Secret"))
    disconnect(bob, private.mailbox.pk, emails="delete", confirmation=private.mailbox.address)
    while erase_some(private.mailbox.pk):
        pass
    assert [entry.kind for entry in timeline(bob, anna, kinds=LETTERS).entries] == [Kind.REMOVED]
    assert not timeline(alice, anna, kinds=LETTERS).entries


def test_another_account_has_a_timeline_of_its_own(alice: Membership, charlie: Membership, post: Post) -> None:
    anna = create_contact(ContactValues(first_name="Anna", emails=[ANNA]))
    Note.objects.create(contact=anna, text="Ours")
    post.file(Mail("Ours, too"))
    with tenant(charlie.account_id):
        assert not timeline(charlie, anna).entries
