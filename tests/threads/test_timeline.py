"""One timeline of all kinds, newest first, in pages, whatever the card."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership
from crm.card_events import EventKind, note_event
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.customers import CustomerValues, create_customer
from crm.leads import LeadValues, create_lead
from crm.models import Card, CardEvent, Contact, Lead, Note, Stage, Task, TaskType
from tests.threads.builders import START, Mail, Post
from threads.timeline import LETTERS, Entry, Kind, timeline

ANNA, BORIS = "anna@client.example", "boris@other.example"


def make_anna() -> Contact:
    return create_contact(ContactValues(first_name="Anna", emails=[ANNA]))


def dated(row: Note | Task | CardEvent, at: datetime) -> None:
    """As if it had been written then."""
    type(row).objects.filter(pk=row.pk).update(created_at=at)


def words_of(entries: Sequence[Entry]) -> list[str]:
    """What tells the rows of a test apart."""
    return [
        str(next(getattr(entry.row, name) for name in ("subject", "text", "kind") if hasattr(entry.row, name)))
        for entry in entries
    ]


def seen(member: Membership, card: Card) -> set[str]:
    return {words for words in words_of(timeline(member, card).entries) if words != EventKind.CREATED}


def make_task(text: str, **card: Card) -> Task:
    kind = TaskType.objects.get_or_create(code="call", defaults={"name": "Call"})[0]
    return Task.objects.create(**card, type=kind, text=text, due_at=timezone.now())


def test_all_kinds_stand_in_one_order(post: Post, alice: Membership) -> None:
    anna = make_anna()
    CardEvent.objects.all().delete()
    post.file(Mail("First", minutes=10), Mail("Last", minutes=50))
    note = Note.objects.create(contact=anna, text="Note", author=alice)
    dated(note, START + timedelta(minutes=20))
    dated(make_task("Task", contact=anna), START + timedelta(minutes=30))
    dated(note_event(anna, EventKind.RESPONSIBLE, name="Bob"), START + timedelta(minutes=40))
    assert words_of(timeline(alice, anna).entries) == ["Last", "responsible", "Task", "Note", "First"]
    assert words_of(timeline(alice, anna, kinds={Kind.NOTE, Kind.TASK}).entries) == ["Task", "Note"]
    assert words_of(timeline(alice, anna, kinds=LETTERS).entries) == ["Last", "First"]


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_hold_every_entry_once_though_all_have_the_same_time(post: Post, alice: Membership, limit: int) -> None:
    anna = make_anna()
    CardEvent.objects.all().delete()
    post.file(*(Mail(f"Letter {number}", minutes=10) for number in range(3)))
    for number in range(3):
        dated(Note.objects.create(contact=anna, text=f"Note {number}"), START + timedelta(minutes=10))
        dated(make_task(f"Task {number}", contact=anna), START + timedelta(minutes=10))
    whole = words_of(timeline(alice, anna).entries)
    assert len(set(whole)) == 9
    pages, after = [], None
    while True:
        page = timeline(alice, anna, after=after, limit=limit)
        pages += words_of(page.entries)
        if (after := page.next_place) is None:
            break
    assert pages == whole


@pytest.mark.rule("R08", "K14")
def test_a_letter_shows_on_contact_company_open_lead_and_customer(post: Post, alice: Membership) -> None:
    company = write_company(CompanyValues("Client Ltd"))
    anna = create_contact(ContactValues(first_name="Anna", emails=[ANNA], company=company))
    lead, customer = create_lead(LeadValues("Deal", contacts=[anna])), create_customer(CustomerValues(contacts=[anna]))
    post.file(Mail("In"))
    post.file_sent(Mail("Out", sender=post.mailbox.address, to=ANNA))
    for card in (anna, company, lead, customer):
        assert seen(alice, card) == {"In", "Out"}, card


@pytest.mark.rule("R08")
def test_a_letter_with_two_contacts_of_a_lead_is_one_entry(post: Post, alice: Membership) -> None:
    boris = create_contact(ContactValues(first_name="Boris", emails=[BORIS]))
    lead = create_lead(LeadValues("Deal", contacts=[make_anna(), boris]))
    post.file(Mail("Both", cc=BORIS))
    assert words_of(timeline(alice, lead, kinds=LETTERS).entries) == ["Both"]


@pytest.mark.rule("R08")
def test_a_company_shows_the_mail_of_its_own_addresses(post: Post, alice: Membership) -> None:
    company = write_company(CompanyValues("Client Ltd", emails=["Office@client.example"]))
    post.file(Mail("To the office", sender="office@client.example", cc=ANNA), Mail("Another's", sender=BORIS))
    create_contact(ContactValues(first_name="Anna", emails=[ANNA], company=company))
    assert words_of(timeline(alice, company, kinds=LETTERS).entries) == ["To the office"]


@pytest.mark.rule("R08")
def test_a_closed_lead_keeps_the_letters_of_its_time_and_gets_no_more(post: Post, alice: Membership) -> None:
    lead = create_lead(LeadValues("Deal", contacts=[make_anna()]))
    post.file(Mail("Before", minutes=10), Mail("After", minutes=90))
    won = Stage.objects.filter(kind=Stage.Kind.WON).first()
    Lead.objects.filter(pk=lead.pk).update(stage=won, closed_at=START + timedelta(minutes=60))
    assert seen(alice, Lead.objects.select_related("stage").get(pk=lead.pk)) == {"Before"}


def test_what_happens_on_leads_shows_on_the_cards_above_them(alice: Membership, in_account: object) -> None:
    company = write_company(CompanyValues("Client Ltd"))
    anna = make_anna()
    lead = create_lead(LeadValues("Deal", contacts=[anna], company=company))
    customer = create_customer(CustomerValues(contacts=[anna]))
    Note.objects.create(lead=lead, text="On the lead")
    Note.objects.create(contact=anna, text="On the contact")
    both = {"On the lead", "On the contact"}
    assert [seen(alice, card) & both for card in (lead, anna, company, customer)] == [
        {"On the lead"},
        both,
        {"On the lead"},
        {"On the lead"},
    ]


def test_the_number_of_statements_does_not_grow(
    post: Post, alice: Membership, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    anna = make_anna()
    CardEvent.objects.all().delete()
    for number in range(12):
        at = START + timedelta(minutes=number)
        post.file(Mail(f"Letter {number}", minutes=number))
        dated(Note.objects.create(contact=anna, text="Note", author=alice), at)
        dated(make_task("Task", contact=anna), at)
        dated(note_event(anna, EventKind.RESPONSIBLE, actor=alice, name="Bob"), at)
    for limit in (8, 48):  # the page; letters with mailboxes, people and files; notes; tasks and their cards; events
        with django_assert_num_queries(8):
            for entry in timeline(alice, anna, limit=limit).entries:
                str(getattr(entry.row, "author", None) or getattr(entry.row, "actor", None))
