"""A person who was erased is in no row, no file and no search any more; everybody else is (G16)."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from accounts.audit import record
from accounts.models import AuditEvent, IdempotentReply, Membership, Notice
from accounts.notices import notify
from accounts.tenancy import is_tenant_model
from crm.card_events import EventKind, note_event
from crm.contacts import ContactValues, create_contact
from crm.customers import CustomerValues, create_customer
from crm.leads import LeadValues, create_lead
from crm.merging import merge_contacts, unmerge_contacts
from crm.models import CardEvent, Contact, ContactMerge, Customer, Lead, Note, Task, TaskType
from crm.pipelines import create_pipeline
from mailboxes.leases import release
from mailkit.types import OutgoingAttachment
from outbox.drafts import DraftFields, create_draft
from outbox.models import Mailing, MailingRecipient, OutgoingMail
from outbox.requests import LetterRequest
from outbox.services import queue_letter
from outbox.suppression import suppress
from outbox.uploads import store_upload
from privacy.erasing import erase_contact, erase_some
from privacy.models import Erasure
from smart_addresses.models import ArrivedLetter, RefusedLetter
from tests.conftest import MakeMailbox
from tests.threads.builders import Mail, Post
from tests.threads.ledgers import set_aside
from tests.tracking.builders import watch
from threads.consents import allow_images
from threads.models import Message, Tombstone
from threads.raw_store import store_raw

CANARY = "xylophone"  # in all that is the person's
ADDRESS = f"dana.{CANARY}@client.example"
WHO = f"Dana {CANARY} <{ADDRESS}>"
PDF = OutgoingAttachment(f"{CANARY}.pdf", "application/pdf", b"%PDF " + CANARY.encode())


@pytest.fixture
def dana(post: Post, alice: Membership, bob: Membership, make_mailbox: MakeMailbox) -> Contact:
    """Something of hers everywhere."""
    contact: Contact = create_contact(ContactValues("Dana", CANARY, emails=[ADDRESS.upper(), ADDRESS]))
    own = Post(make_mailbox("bob@acme.example", owner=bob))
    post.file(Mail(f"Offer {CANARY}", WHO, text=CANARY, files=(PDF,), message_id=f"{CANARY}@x.example"))
    own.file(Mail("Private", "boris@other.example", "bob@acme.example", cc=WHO, text=CANARY))
    set_aside(post.mailbox, sender=ADDRESS, subject=CANARY, raw=f"Subject: {CANARY}".encode())
    _writing(post, alice, contact)
    _papers(post, alice, contact)
    _cards(alice, contact)
    release(post.lease)
    release(own.lease)
    return contact


def _writing(post: Post, alice: Membership, contact: Contact) -> None:
    store_upload(alice, SimpleUploadedFile("plan.txt", b"plan", "text/plain"))
    request = LetterRequest(post.mailbox.pk, [WHO], subject=CANARY, text=CANARY, undo_seconds=60)
    watch(queue_letter(alice, request), CANARY)
    answer = Message.objects.filter(subject=f"Offer {CANARY}").get().pk
    create_draft(alice, DraftFields(mailbox_id=post.mailbox.pk, to=[WHO], subject=CANARY, body=CANARY))
    create_draft(alice, DraftFields(mailbox_id=post.mailbox.pk, body=CANARY, reply_to_message_id=answer))


def _papers(post: Post, alice: Membership, contact: Contact) -> None:
    message = Message.objects.get(subject=f"Offer {CANARY}")
    suppress(ADDRESS, detail=f"550 {ADDRESS}", message=message)
    allow_images(alice, ADDRESS)
    notify([alice], "mail.bounced", address=ADDRESS)
    chosen = {"kind": "contact", "filter": f"q={CANARY}&email={ADDRESS}"}
    mailing = Mailing.objects.create(name="News", author=alice, selection=chosen)
    MailingRecipient.objects.create(mailing=mailing, contact=contact, name=CANARY, state="skipped")
    MailingRecipient.objects.create(mailing=mailing, name=CANARY, address=ADDRESS, email_key=ADDRESS)
    IdempotentReply.objects.create(membership=alice, key="k", request_digest="d", status=201, body={"to": ADDRESS})
    ContactMerge.objects.create(contact=create_contact(ContactValues("Eve")), before={"emails": [ADDRESS]})
    raw_name = store_raw(post.mailbox.pk, CANARY.encode())
    ArrivedLetter.objects.create(
        address="contact", recipient="contact@acme", mail_from=ADDRESS, raw_name=raw_name, raw_size=1, digest=b"1" * 32
    )
    RefusedLetter.objects.create(
        recipient="x@acme", mail_from=ADDRESS, code="no", day=timezone.now().date(), last_at=timezone.now()
    )


def _cards(alice: Membership, contact: Contact) -> None:
    stage = create_pipeline("Sales", [("New", "open")]).stages.get()
    other = create_contact(ContactValues("Boris", emails=["boris@other.example"]))
    lead = create_lead(LeadValues(f"Lead {CANARY}", stage=stage, contacts=[contact]))
    create_lead(LeadValues("Both", stage=stage, contacts=[contact, other]))
    create_lead(LeadValues(contact.name, stage=stage, contacts=[contact, other]))
    create_lead(LeadValues(f"For dana {CANARY}, and Boris", stage=stage, contacts=[contact, other]))
    create_customer(CustomerValues(f"{ADDRESS}", [contact, other]))
    merge_contacts(alice, other, [create_contact(ContactValues("Dana", CANARY))])
    unmerge_contacts(alice, other)
    note_event(other, EventKind.LEAD_MADE, how="smart_address", lead=lead.pk, name=f"Letter from Dana {CANARY}")
    note_event(other, EventKind.RESPONSIBLE, name="Dana")
    Contact.objects.filter(name__contains=CANARY).exclude(pk=contact.pk).delete()
    create_customer(CustomerValues(f"Customer {CANARY}", [contact]))
    Note.objects.create(contact=contact, text=CANARY, author=alice)
    Note.objects.create(lead=lead, text=CANARY, author=alice)
    kind, _made = TaskType.objects.get_or_create(code="call", defaults={"name": "Call"})
    Task.objects.create(contact=contact, type=kind, text=CANARY, due_at=timezone.now())


def erase(alice: Membership, contact: Contact) -> Erasure:
    order = erase_contact(alice, contact, confirmation=f" dana {CANARY.upper()}")
    assert erase_some(order.pk)
    return Erasure.objects.get(pk=order.pk)


def rows_with_the_word() -> list[str]:
    """Of all tables of the account, as PostgreSQL writes a row."""
    found = []
    for model in apps.get_models():
        if is_tenant_model(model):
            with connection.cursor() as cursor:
                whole_rows = f"SELECT t::text FROM {model._meta.db_table} t WHERE t::text ILIKE %s"  # noqa: S608
                cursor.execute(whole_rows, [f"%{CANARY}%"])
                found += [f"{model._meta.label}: {row[0]}" for row in cursor.fetchall()]
    return found


def files_with_the_word() -> Iterator[str]:
    for path in Path(default_storage.path("")).rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            text = gzip.decompress(content) if path.suffix == ".gz" else content
            if CANARY.encode() in text:
                yield str(path)


@pytest.mark.rule("G16")
def test_nothing_of_the_person_is_left(dana: Contact, alice: Membership, bob: Membership) -> None:
    assert len(rows_with_the_word()) > 25
    assert len(list(files_with_the_word())) == 4
    order = erase(alice, dana)
    assert rows_with_the_word() == []
    assert list(files_with_the_word()) == []
    assert [Message.objects.visible_to(who).matching(CANARY).count() for who in (alice, bob)] == [0, 0]
    assert (order.state, order.keys, Tombstone.objects.count()) == ("done", [], 2)
    assert Notice.objects.filter(membership=alice, kind="contact.erased").count() == 1


@pytest.mark.rule("G16")
def test_what_is_others_stays(dana: Contact, alice: Membership, post: Post) -> None:
    record(alice, "contact.deleted")
    post.mailbox.refresh_from_db()
    erase(alice, dana)
    assert sorted(Lead.objects.values_list("name", flat=True)) == ["Boris", "Both", "For …, and Boris"]
    assert list(Customer.objects.values_list("name", flat=True)) == ["Boris"]
    assert CardEvent.objects.filter(kind="responsible", facts__name="Dana").exists()
    assert set(Contact.objects.values_list("name", flat=True)) == {"Eve", "Boris"}
    assert OutgoingMail.objects.count() == 0


@pytest.mark.rule("G12", "K23")
def test_it_is_written_down_without_a_word_about_personal_mailboxes(dana: Contact, alice: Membership) -> None:
    erase(alice, dana)
    event = AuditEvent.objects.get(action="contact.erased")
    assert (event.actor, event.target_id) == (alice, dana.pk or event.target_id)
    assert event.facts == {"letters": 1, "leads": 1, "customers": 1}
    assert not AuditEvent.objects.filter(action="messages.purged").exists()
