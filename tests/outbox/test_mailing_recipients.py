"""Who gets a mailing: found by one statement, each once, and everybody else with the reason."""

from __future__ import annotations

import pytest

from accounts.errors import NotAllowed
from accounts.models import Membership
from crm.companies import CompanyValues, write_company
from crm.customers import CustomerValues, create_customer
from crm.leads import LeadValues, create_lead
from mailboxes.models import Mailbox
from mailkit.addresses import email_key
from outbox.errors import LetterRefused, MailingNotFound
from outbox.mailing_access import get_mailing_for, mailings_of
from outbox.mailing_recipients import Selection
from outbox.mailings import create_mailing, prepare_again
from outbox.models import Mailing, Suppression
from outbox.suppression import set_unsubscribed
from tests.outbox.mailing_world import mailing_to, news, person

pytestmark = [pytest.mark.rule("M10", "M12")]


def rows_of(mailing: Mailing) -> list[tuple[str, str, str]]:
    return list(mailing.recipients.order_by("id").values_list("name", "address", "reason"))


def test_each_gets_it_once_and_who_does_not_has_the_reason(alice: Membership, sales: Mailbox) -> None:
    chosen = [
        person("Ana", "ana@client.example", "ana@home.example"),
        person("Anna", "ANA@client.example"),
        person("Ben"),
        person("Cleo", "cleo@client.example"),
        person("Dan", "dan@client.example", "dan@home.example"),
        person("Eve", "eve@client.example"),
        person("Fay", "fay@client.example", "fay@home.example"),
    ]
    set_unsubscribed(alice, ["cleo@client.example", "dan@home.example"], is_unsubscribed=True)
    for bad in ("eve@client.example", "fay@client.example", "dan@home.example"):
        Suppression.objects.create(email_key=email_key(bad), reason="bounced")
    mailing = mailing_to(alice, sales, chosen)
    assert rows_of(mailing) == [
        ("Ana", "ana@client.example", ""),
        ("Anna", "ANA@client.example", "double"),
        ("Ben", "", "no_address"),
        ("Cleo", "cleo@client.example", "unsubscribed"),
        ("Dan", "dan@home.example", "unsubscribed"),
        ("Eve", "eve@client.example", "bounced"),
        ("Fay", "fay@home.example", ""),
    ]
    assert mailing.recipient_count == 2


def test_people_of_leads_companies_and_customers(alice: Membership, sales: Mailbox) -> None:
    harbor = write_company(CompanyValues("Harbor"))
    ana, ben = person("Ana", "ana@client.example", company=harbor), person("Ben", "ben@client.example")
    first, second = create_lead(LeadValues("A", contacts=[ana])), create_lead(LeadValues("B", contacts=[ana, ben]))
    customer = create_customer(CustomerValues("Ben's", contacts=[ben]))
    leads = create_mailing(alice, Selection("lead", [first.pk, second.pk]), news(sales))
    assert list(leads.recipients.values_list("contact", "lead")) == [(ana.pk, second.pk), (ben.pk, second.pk)]
    assert rows_of(create_mailing(alice, Selection("company", [harbor.pk]), news(sales)))[0][0] == "Ana"
    assert rows_of(create_mailing(alice, Selection("customer", [customer.pk]), news(sales)))[0][0] == "Ben"


def test_a_filter_is_that_of_the_list_and_found_anew_when_asked(alice: Membership, sales: Mailbox) -> None:
    person("Ana", "ana@client.example")
    person("Ben", "ben@client.example")
    mailing = create_mailing(alice, Selection("contact", query="q=ana"), news(sales))
    assert [name for name, *_ in rows_of(mailing)] == ["Ana"]
    person("Anabel", "anabel@client.example")
    assert prepare_again(alice, mailing.pk).recipient_count == 2
    nobody = create_mailing(alice, Selection("contact", query="tag=nothing"), news(sales))
    assert nobody.recipient_count == 0


def test_of_nobody_or_of_what_is_no_card_there_is_none(alice: Membership, sales: Mailbox) -> None:
    for selection in (Selection("contact", []), Selection("letter", [1])):
        with pytest.raises(LetterRefused):
            create_mailing(alice, selection, news(sales))


@pytest.mark.rule("M01", "G10")
def test_a_draft_is_its_authors_and_the_mailer_is_needed(
    alice: Membership, bob: Membership, charlie: Membership, sales: Mailbox
) -> None:
    mailing = mailing_to(alice, sales, [person("Ana", "ana@client.example")])
    with pytest.raises(NotAllowed):
        mailing_to(bob, sales, [person("Ben", "ben@client.example")])
    with pytest.raises(NotAllowed):
        mailings_of(bob)
    Membership.objects.filter(pk=bob.pk).update(mailer_access=True)
    bob.refresh_from_db()
    with pytest.raises(MailingNotFound):
        get_mailing_for(bob, mailing.pk)
    with pytest.raises(MailingNotFound):
        get_mailing_for(charlie, mailing.pk)
    Mailing.objects.update(state="running")
    assert get_mailing_for(bob, mailing.pk) == mailing
