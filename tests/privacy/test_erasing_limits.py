"""Who may erase, what is not the person's alone, and what happens when others are at work at the same time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.errors import NotAllowed
from accounts.models import IdempotentReply, Membership, Notice
from accounts.notices import notify
from crm.card_events import EventKind, note_event
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.csv_import import upload_import
from crm.models import CardEvent, CardImport, Contact, ContactMerge
from mailboxes.leases import claim, release
from mailboxes.models import Mailbox
from outbox.drafts import DraftFields, create_draft
from outbox.models import Draft, Mailing, OutgoingMail
from outbox.requests import LetterRequest
from outbox.services import queue_letter
from privacy.account_export import list_exports, pack, request_export
from privacy.erasing import erase_contact, erase_some, plan_erasure
from privacy.errors import NotConfirmed
from privacy.models import Erasure
from smart_addresses.models import ArrivedLetter
from tests.smart_addresses.arrivals import take
from tests.threads.builders import ANNA, Mail, Post
from threads.models import Message

pytestmark = pytest.mark.rule("G16")


@pytest.fixture
def anna(post: Post) -> Contact:
    return create_contact(ContactValues("Anna", emails=["anna@client.example"]))


def test_only_administrators_erase_and_only_with_the_name(anna: Contact, alice: Membership, bob: Membership) -> None:
    with pytest.raises(NotAllowed):
        plan_erasure(bob, anna)
    with pytest.raises(NotAllowed):
        erase_contact(bob, anna, confirmation="Anna")
    with pytest.raises(NotConfirmed):
        erase_contact(alice, anna, confirmation="Anne")
    assert Contact.objects.filter(pk=anna.pk).exists()


def test_the_letters_of_an_address_that_others_have_too_stay(post: Post, alice: Membership, anna: Contact) -> None:
    both = ["office@client.example", "sales@acme.example", "firm@client.example", "dana@client.example"]
    dana = create_contact(ContactValues("Dana", emails=both))
    create_contact(ContactValues("Erik", emails=both[:1]))
    write_company(CompanyValues("Firm", emails=["Firm@client.example"]))
    post.file(*(Mail(sender=address) for address in both), Mail(sender=ANNA))
    plan = plan_erasure(alice, dana)
    assert (plan.letters, plan.kept_addresses) == (1, sorted(both[:3]))
    release(post.lease)
    assert erase_some(erase_contact(alice, dana, confirmation="dana").pk)
    assert Message.objects.count() == 4
    assert not Message.objects.filter(from_address="dana@client.example").exists()


def test_files_that_wait_to_be_imported_do_not_bring_the_person_back(anna: Contact, alice: Membership) -> None:
    for text in ("Email\nAnna@client.example\n", "Email\nboris@other.example\n"):
        upload_import(alice, "contact", "cards.csv", text.encode("utf-16"))
    assert erase_some(erase_contact(alice, anna, confirmation="Anna").pk)
    assert [b"b\0o\0r\0i\0s" in bytes(row.content or b"") for row in CardImport.objects.all()] == [True]


def papers_about(address: str, alice: Membership, post: Post) -> None:
    """Drafts, mailings, files, merges, the history of a card, notices and kept answers that name this address."""
    create_draft(alice, DraftFields(mailbox_id=post.mailbox.pk, to=[f"Somebody <{address}>"]))
    Mailing.objects.create(name="News", author=alice, selection={"kind": "contact", "filter": f"q={address}&tag=vip"})
    upload_import(alice, "contact", "cards.csv", f"Email\n{address}\n".encode())
    other = create_contact(ContactValues("Other"))
    ContactMerge.objects.create(contact=other, before={"emails": [address]})
    note_event(other, EventKind.CREATED, how=f"by\n{address}")
    notify([alice], "mail.bounced", address=address)
    IdempotentReply.objects.create(
        membership=alice, key=address, request_digest="d", status=201, body={"to": [address]}
    )


def count_papers(address: str) -> list[int]:
    asked = {"kind": "contact", "filter": f"q={address}&tag=vip"}
    return [
        Draft.objects.filter(to=[f"Somebody <{address}>"]).count(),
        Mailing.objects.filter(selection=asked).count(),
        sum(address.encode() in bytes(row.content or b"") for row in CardImport.objects.all()),
        ContactMerge.objects.filter(before={"emails": [address]}).count(),
        CardEvent.objects.filter(facts__how=f"by\n{address}").count(),
        Notice.objects.filter(facts__address=address).count(),
        IdempotentReply.objects.filter(key=address).count(),
    ]


def test_whose_address_only_ends_or_begins_like_it_keeps_everything(
    anna: Contact, alice: Membership, post: Post
) -> None:
    others = ["joanna@client.example", "jo.anna@client.example", "anna@client.example.org"]
    for address in ("anna@client.example", *others):
        papers_about(address, alice, post)
    release(post.lease)
    assert erase_some(erase_contact(alice, anna, confirmation="Anna").pk)
    assert {address: count_papers(address) for address in others} == dict.fromkeys(others, [1] * 7)
    assert count_papers("anna@client.example")[:2] == [0, 0]
    assert count_papers("anna@client.example")[3:] == [0] * 4


def test_what_came_from_the_person_by_another_server_goes_too(anna: Contact, alice: Membership) -> None:
    """Its letter was purged before; the row said who it was from."""
    letter_id = take("filing", Mail(sender=ANNA), mail_from="bounces@list.example")
    ArrivedLetter.objects.filter(pk=letter_id).update(verdict={"sender": "anna@client.example"}, state="done")
    assert erase_some(erase_contact(alice, anna, confirmation="Anna").pk)
    assert not ArrivedLetter.objects.exists()


def test_an_erased_letter_never_comes_back(post: Post, alice: Membership, anna: Contact) -> None:
    mail = Mail(sender=ANNA)
    post.file(mail)
    release(post.lease)
    assert erase_some(erase_contact(alice, anna, confirmation="Anna").pk)
    Mailbox.objects.update(next_sync_at=timezone.now())
    lease = claim(post.mailbox.pk)
    assert lease is not None
    post.lease = lease
    assert post.file(mail).new_message_ids == []


def test_it_waits_for_a_visit_and_goes_on_afterwards(post: Post, alice: Membership, anna: Contact) -> None:
    post.file(Mail(sender=ANNA))
    order = erase_contact(alice, anna, confirmation="Anna")
    assert not erase_some(order.pk)
    assert (Message.objects.count(), Erasure.objects.get().state) == (1, "working")
    release(post.lease)
    assert erase_some(order.pk)
    assert (Message.objects.count(), Erasure.objects.get().state) == (0, "done")


def test_it_waits_for_a_letter_that_is_being_sent(post: Post, alice: Membership, anna: Contact) -> None:
    mail = queue_letter(alice, LetterRequest(post.mailbox.pk, ["anna@client.example"], subject="Hi", text="Hi"))
    release(post.lease)
    OutgoingMail.objects.filter(pk=mail.pk).update(state="sending", lease_until=timezone.now() + timedelta(minutes=1))
    order = erase_contact(alice, anna, confirmation="Anna")
    assert not erase_some(order.pk)
    OutgoingMail.objects.update(lease_until=timezone.now())
    assert erase_some(order.pk)
    assert not OutgoingMail.objects.exists()


def test_what_was_packed_up_before_goes_too(post: Post, alice: Membership, anna: Contact) -> None:
    release(post.lease)
    pack(request_export(alice).pk)
    name = list_exports(alice)[0].stored_name
    waiting = request_export(alice)
    assert erase_some(erase_contact(alice, anna, confirmation="Anna").pk)
    assert not default_storage.exists(name)
    assert [order.pk for order in list_exports(alice)] == [waiting.pk]


def test_a_person_without_an_address_goes_with_the_card(alice: Membership, post: Post) -> None:
    nobody = create_contact(ContactValues("Nobody", phones=["+1"]))
    assert erase_some(erase_contact(alice, nobody, confirmation="NOBODY").pk)
    assert not Contact.objects.filter(pk=nobody.pk).exists()
