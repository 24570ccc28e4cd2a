"""A letter to several people, each with one of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.leads import LeadValues, create_lead
from crm.models import Company, Contact, Lead
from mailboxes.errors import MailboxNotFound
from mailboxes.models import Mailbox
from outbox.errors import LetterRefused, TooManyPeople
from outbox.models import OutgoingMail
from outbox.requests import LetterRequest
from outbox.services import store_upload
from outbox.suppression import set_unsubscribed
from outbox.writing_to_each import A_FEW, MOST, Addressees, addressees_of, people_of, write_to_each
from tests.conftest import MakeMailbox

pytestmark = [pytest.mark.usefixtures("in_account"), pytest.mark.rule("M10", "M12")]


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


def make(name: str, *emails: str, company: Company | None = None) -> Contact:
    return create_contact(ContactValues(first_name=name, emails=emails, company=company))


def everybody() -> Addressees:
    return addressees_of(people_of("contact", Contact.objects.all()))


def letter(mailbox: Mailbox, *, subject: str = "News", text: str = "Hello") -> LetterRequest:
    return LetterRequest(mailbox.pk, to=(), subject=subject, text=text, merge_fields=True)


def test_each_gets_one_with_their_own_words(bob: Membership, sales: Mailbox) -> None:
    make("Ana", "ana@client.example", "ana@home.example")
    make("Ben", "ben@client.example")
    queued = write_to_each(bob, letter(sales, subject="For {{contact.first_name}}"), everybody().people)
    letters = OutgoingMail.objects.order_by("pk")
    assert list(letters) == queued
    assert [[one.address for one in mail.recipients.all()] for mail in letters] == [
        ["ana@client.example"],
        ["ben@client.example"],
    ]
    assert [mail.contact.first_name for mail in letters if mail.contact] == ["Ana", "Ben"]
    assert all(mail.has_fields for mail in letters)
    assert len({mail.message_id_header for mail in letters}) == 2


def test_each_has_the_files_and_the_time(bob: Membership, sales: Mailbox) -> None:
    make("Ana", "ana@client.example")
    make("Ben", "ben@client.example")
    upload = store_upload(bob, SimpleUploadedFile("plan.txt", b"plan"))
    tomorrow = timezone.now() + timedelta(days=1)
    request = LetterRequest(sales.pk, to=(), html="<p>Hi</p>", upload_ids=[upload.pk], send_at=tomorrow)
    letters = write_to_each(bob, request, everybody().people)
    assert [(mail.html, mail.due_at) for mail in letters] == [("<p>Hi</p>", tomorrow)] * 2
    assert [[row.upload_id for row in mail.attachments.all()] for mail in letters] == [[upload.pk]] * 2


def test_who_takes_no_mail_is_named_with_the_reason_and_left_out(bob: Membership) -> None:
    make("Ana", "ana@client.example", "ana@home.example")
    make("Ben")
    make("Cleo", "cleo@client.example")
    set_unsubscribed(bob, ["ana@client.example", "cleo@client.example"], is_unsubscribed=True)
    found = everybody()
    assert [one.address for one in found.people] == ["ana@home.example"]
    assert [(one.name, one.reason) for one in found.left_out] == [("Ben", "no_address"), ("Cleo", "unsubscribed")]


def test_people_of_leads_and_companies_get_one_each(bob: Membership) -> None:
    harbor = write_company(CompanyValues("Harbor"))
    ana, ben = make("Ana", "ana@client.example", company=harbor), make("Ben", "ben@client.example", company=harbor)
    create_lead(LeadValues("First", contacts=[ana]))
    second = create_lead(LeadValues("Second", contacts=[ana, ben]))
    leads = people_of("lead", Lead.objects.all())
    assert [(one.contact_id, one.lead_id) for one in leads] == [(ana.pk, second.pk), (ben.pk, second.pk)]
    assert len(people_of("company", Company.objects.all())) == 2


def test_none_goes_when_one_cannot(bob: Membership, sales: Mailbox) -> None:
    make("Ana", "ana@client.example")
    make("Ben", "ben@client.example")
    people = everybody().people
    wrong = [people[0], replace(people[1], address="nowhere")]
    with pytest.raises(LetterRefused):
        write_to_each(bob, letter(sales, text="{{contact.nonsense}}"), people)
    with pytest.raises(LetterRefused):
        write_to_each(bob, letter(sales), wrong)
    with pytest.raises(LetterRefused):
        write_to_each(bob, letter(sales), [])
    assert not OutgoingMail.objects.exists()


@pytest.mark.rule("M20")
def test_more_than_a_few_let_single_letters_go_first_and_many_are_a_mailing(bob: Membership, sales: Mailbox) -> None:
    for number in range(A_FEW + 1):
        make(f"Person {number:03}", f"p{number}@client.example")
    people = everybody().people
    few, more = write_to_each(bob, letter(sales), people[:A_FEW]), write_to_each(bob, letter(sales), people)
    assert {mail.priority for mail in few} == {OutgoingMail.Priority.SINGLE}
    assert {mail.priority for mail in more} == {OutgoingMail.Priority.BULK}
    Contact.objects.bulk_create(Contact(name=f"Person {number}") for number in range(MOST))
    with pytest.raises(TooManyPeople, match="mailing") as refused:
        people_of("contact", Contact.objects.all())
    assert refused.value.field == "to"


@pytest.mark.rule("G10", "K23")
def test_only_from_mailboxes_one_sends_from(
    alice: Membership, bob: Membership, charlie: Membership, make_mailbox: MakeMailbox, sales: Mailbox
) -> None:
    make("Ana", "ana@client.example")
    found = everybody()
    own = make_mailbox("alice@acme.example", owner=alice)
    with pytest.raises(MailboxNotFound):
        write_to_each(bob, letter(own), found.people)
    with tenant(charlie.account_id):
        assert everybody().people == []
        with pytest.raises(MailboxNotFound):
            write_to_each(charlie, letter(sales), found.people)
