"""A letter to several people, each with one of their own."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.leads import LeadValues, create_lead
from crm.models import Company, Contact, Lead
from mailboxes.errors import MailboxNotFound
from mailboxes.models import Mailbox
from outbox.errors import LetterRefused
from outbox.models import OutgoingMail
from outbox.requests import LetterRequest
from outbox.suppression import set_unsubscribed
from outbox.writing_to_each import MOST, addressees_of, write_to_each
from tests.conftest import MakeMailbox

pytestmark = [pytest.mark.usefixtures("in_account"), pytest.mark.rule("M10", "M12")]


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


def make(name: str, *emails: str, company: Company | None = None) -> Contact:
    return create_contact(ContactValues(first_name=name, emails=emails, company=company))


def letter(mailbox: Mailbox, *, subject: str = "News", text: str = "Hello") -> LetterRequest:
    return LetterRequest(mailbox.pk, to=(), subject=subject, text=text, merge_fields=True)


def test_each_gets_one_with_their_own_words(bob: Membership, sales: Mailbox) -> None:
    make("Ana", "ana@client.example", "ana@home.example")
    make("Ben", "ben@client.example")
    chosen = addressees_of("contact", Contact.objects.all())
    queued = write_to_each(bob, letter(sales, subject="For {{contact.first_name}}"), chosen.people)
    letters = OutgoingMail.objects.order_by("pk")
    assert list(letters) == queued
    assert [[one.address for one in mail.recipients.all()] for mail in letters] == [
        ["ana@client.example"],
        ["ben@client.example"],
    ]
    assert [mail.contact.first_name for mail in letters if mail.contact] == ["Ana", "Ben"]
    assert all(mail.has_fields for mail in letters)


def test_who_takes_no_mail_is_named_and_left_out(bob: Membership) -> None:
    make("Ana", "ana@client.example", "ana@home.example")
    make("Ben")
    make("Cleo", "cleo@client.example")
    set_unsubscribed(bob, ["ana@client.example", "cleo@client.example"], is_unsubscribed=True)
    chosen = addressees_of("contact", Contact.objects.all())
    assert [one.address for one in chosen.people] == ["ana@home.example"]
    assert chosen.left_out == ["Ben", "Cleo"]


def test_people_of_leads_and_companies_get_one_each(bob: Membership) -> None:
    harbor = write_company(CompanyValues("Harbor"))
    ana, ben = make("Ana", "ana@client.example", company=harbor), make("Ben", "ben@client.example", company=harbor)
    create_lead(LeadValues("First", contacts=[ana]))
    second = create_lead(LeadValues("Second", contacts=[ana, ben]))
    leads = addressees_of("lead", Lead.objects.all()).people
    assert [(one.contact_id, one.lead_id) for one in leads] == [(ana.pk, second.pk), (ben.pk, second.pk)]
    assert len(addressees_of("company", Company.objects.all()).people) == 2


def test_none_goes_when_one_cannot(bob: Membership, sales: Mailbox) -> None:
    make("Ana", "ana@client.example")
    chosen = addressees_of("contact", Contact.objects.all())
    with pytest.raises(LetterRefused):
        write_to_each(bob, letter(sales, text="{{contact.nonsense}}"), chosen.people)
    with pytest.raises(LetterRefused):
        write_to_each(bob, letter(sales), [])
    assert not OutgoingMail.objects.exists()


def test_more_than_a_few_are_a_mailing(bob: Membership) -> None:
    Contact.objects.bulk_create(Contact(name=f"Person {number}") for number in range(MOST + 1))
    with pytest.raises(LetterRefused) as refused:
        addressees_of("contact", Contact.objects.all())
    assert refused.value.field == "to"


@pytest.mark.rule("G10", "K23")
def test_only_from_mailboxes_one_sends_from(
    alice: Membership, bob: Membership, charlie: Membership, make_mailbox: MakeMailbox, sales: Mailbox
) -> None:
    make("Ana", "ana@client.example")
    chosen = addressees_of("contact", Contact.objects.all())
    own = make_mailbox("alice@acme.example", owner=alice)
    with pytest.raises(MailboxNotFound):
        write_to_each(bob, letter(own), chosen.people)
    with tenant(charlie.account_id):
        assert addressees_of("contact", Contact.objects.all()).people == []
        with pytest.raises(MailboxNotFound):
            write_to_each(charlie, letter(sales), chosen.people)
