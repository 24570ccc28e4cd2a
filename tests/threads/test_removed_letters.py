"""What stays of letters that were deleted with their mailbox: a note on the card, for those who could see it then."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from crm.contacts import ContactValues, create_contact
from mailboxes.disconnecting import disconnect
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, json_of
from tests.conftest import MakeMailbox
from tests.threads.builders import Mail, Post
from threads.erasing import erase_some
from threads.models import Message, RemovedLetter, RemovedMailbox
from threads.timeline import LETTERS, Kind, timeline

ANNA = "anna@client.example"


def give_up(member: Membership, mailbox: Mailbox) -> None:
    disconnect(member, mailbox.pk, emails="delete", confirmation=mailbox.address)
    while erase_some(mailbox.pk):
        pass


@pytest.mark.rule("K64")
def test_a_note_of_each_letter_stays_on_the_card(alice: Membership, post: Post) -> None:
    contact = create_contact(ContactValues(first_name="Anna", emails=[ANNA]))
    came, went, deleted = Mail("One"), Mail("Two", sender=post.mailbox.address, to=ANNA), Mail("Three")
    post.file(came, deleted, Mail("Stranger", sender="x@other.example"))
    post.file_sent(went)
    Message.objects.filter(subject="Three").update(deleted_at=timezone.now())
    give_up(alice, post.mailbox)
    assert erase_some(post.mailbox.pk) == 0
    notes = RemovedLetter.objects.visible_to(alice).of_contact(contact).order_by("received_at")
    assert [(note.direction, note.received_at, note.mailbox.address) for note in notes] == [
        ("incoming", came.received_at, post.mailbox.address),
        ("outgoing", went.received_at, post.mailbox.address),
    ]


@pytest.mark.rule("K64", "K23")
def test_only_those_who_could_see_the_mailbox_then_see_the_notes(
    alice: Membership, bob: Membership, make_mailbox: MakeMailbox, post: Post
) -> None:
    create_contact(ContactValues(first_name="Anna", emails=[ANNA]))
    private = Post(make_mailbox("bob@acme.example", owner=bob))
    for box, owner in ((post, alice), (private, bob)):
        box.file(Mail())
        give_up(owner, box.mailbox)
    seen = {row.pk: row.seen_by for row in RemovedMailbox.objects.all()}
    assert seen == {post.mailbox.pk: sorted([alice.pk, bob.pk]), private.mailbox.pk: [bob.pk]}
    assert RemovedLetter.objects.visible_to(alice).count() == 1
    assert RemovedLetter.objects.visible_to(bob).count() == 2
    bob.is_active = False
    assert not RemovedLetter.objects.visible_to(bob).exists()


@pytest.mark.rule("K64")
def test_both_faces_show_them_and_say_where_the_text_is(
    alice: Membership, charlie: Membership, client: Client, post: Post
) -> None:
    contact = create_contact(ContactValues(first_name="Anna", emails=[ANNA]))
    post.file(Mail("Top secret offer"))
    give_up(alice, post.mailbox)
    path = f"contacts/{contact.pk}/removed-mail/"
    (note,) = json_of(ApiClient(alice).get(path))["results"]
    assert (note["direction"], note["mailbox_address"]) == ("incoming", post.mailbox.address)
    assert ApiClient(charlie).get(path).status_code == 404
    assert ApiClient(alice, ["contacts:read"]).get(path).status_code == 403  # it tells of mail
    client.force_login(alice.user)
    page = client.get(f"/contacts/{contact.pk}/").content.decode()
    assert "The text is only on the mail server." in page
    assert "Top secret offer" not in page


@pytest.mark.rule("K64")
def test_notes_and_letters_stand_in_one_list_that_is_read_to_its_end(
    alice: Membership, make_mailbox: MakeMailbox, post: Post
) -> None:
    contact = create_contact(ContactValues(first_name="Anna", emails=[ANNA]))
    other = Post(make_mailbox("info@acme.example", account_of=alice))
    for number in range(15):
        post.file(Mail(f"Gone {number}"))
        other.file(Mail(f"Here {number}", to=other.mailbox.address))
    give_up(alice, post.mailbox)
    first = timeline(alice, contact, kinds=LETTERS, limit=20)
    second = timeline(alice, contact, kinds=LETTERS, limit=20, after=first.next_place)
    entries = [*first.entries, *second.entries]
    assert (len(first.entries), len(second.entries), second.next_place) == (20, 10, None)
    assert [entry.kind == Kind.REMOVED for entry in entries] == [False, True] * 15  # newest first
    assert len({(entry.kind, entry.row.pk) for entry in entries}) == 30
