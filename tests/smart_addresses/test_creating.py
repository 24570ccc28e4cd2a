"""contact@ makes a contact of every outside address, lead@ one lead with all of them."""

from __future__ import annotations

import pytest

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.leads import move_leads
from crm.models import CardEvent, Contact, Lead, Stage
from smart_addresses.models import Creation
from tests.smart_addresses.arrivals import address, arrive
from tests.threads.builders import ANNA, BORIS, Mail
from threads.models import CardLink

pytestmark = pytest.mark.usefixtures("in_account")


@pytest.mark.rule("K43")
def test_a_contact_of_every_outside_address(alice: Membership, bob: Membership) -> None:
    mail = Mail(to="Boris Ivanov <boris@client.example>", cc=f"bob@acme.example, {address('contact')}, c@third.example")
    letter = arrive("contact", mail)
    assert letter.outcome == "created"
    assert sorted(Contact.objects.values_list("name", flat=True)) == ["Anna Petrova", "Boris Ivanov", "c@third.example"]
    assert Creation.objects.filter(letter=letter, is_new=True).count() == 3
    assert CardLink.objects.filter(message=letter.message).count() == 3
    assert CardEvent.objects.filter(kind="created", facts__how="smart_address").count() == 3


@pytest.mark.rule("K43")
def test_existing_contacts_are_reused(alice: Membership) -> None:
    anna = create_contact(ContactValues(first_name="Anna", last_name="Sidorova", emails=["Anna@Client.Example"]))
    letter = arrive("contact", Mail(cc=address("contact"), to="boris@client.example"))
    assert Contact.objects.count() == 2
    anna.refresh_from_db()
    assert anna.name == "Anna Sidorova"
    assert dict(Creation.objects.filter(letter=letter).values_list("contact__name", "is_new")) == {
        "Anna Sidorova": False,
        "boris@client.example": True,
    }


@pytest.mark.rule("K43")
def test_one_lead_with_all_of_them(alice: Membership) -> None:
    letter = arrive("lead", Mail("Kitchen for 12", to="boris@client.example", cc=address("lead")))
    lead = Lead.objects.get()
    assert lead.name == "Kitchen for 12"
    assert {contact.name for contact in lead.contacts.all()} == {"Anna Petrova", "boris@client.example"}
    assert lead.stage.position == 0
    assert Creation.objects.get(letter=letter, lead=lead).is_new
    assert CardEvent.objects.filter(lead=lead, kind="created").count() == 1


@pytest.mark.rule("K43")
@pytest.mark.parametrize("subject", ["Fwd: Kitchen for 12", "Пересл: Re: Kitchen for 12", "RV: Kitchen for 12"])
def test_a_lead_has_the_own_words_of_the_subject(alice: Membership, subject: str) -> None:
    arrive("lead", Mail(subject, cc=address("lead")))
    assert Lead.objects.get().name == "Kitchen for 12"


@pytest.mark.rule("K43")
def test_the_lead_is_of_the_company_of_its_first_contact(alice: Membership) -> None:
    harbor = write_company(CompanyValues("Harbor"))
    create_contact(ContactValues("Anna", emails=["anna@client.example"], company=harbor))
    arrive("lead", Mail("Kitchen", cc=address("lead")))
    assert Lead.objects.get().company == harbor


def test_what_is_written_for_all_is_in_the_accounts_language(alice: Membership) -> None:
    Account.objects.update(language="es")
    arrive("lead", Mail("", cc=address("lead")))
    lead = Lead.objects.get()
    assert (lead.name, lead.stage.name) == ("Mensaje de Anna Petrova", "Nueva")


@pytest.mark.rule("K43")
def test_the_user_in_from_is_responsible(alice: Membership, bob: Membership) -> None:
    arrive("lead", Mail(sender="Bob <bob@acme.example>", to="anna@client.example", cc=address("lead")))
    assert Lead.objects.get().responsible == bob
    assert Contact.objects.get().responsible == bob


@pytest.mark.rule("K43")
def test_of_a_stranger_the_default_is_responsible(alice: Membership, bob: Membership) -> None:
    arrive("contact", Mail(to=address("contact")))
    Membership.objects.filter(pk=bob.pk).update(is_default_responsible=True)
    arrive("contact", Mail(sender="boris@other.example", to=address("contact")))
    responsible = dict(Contact.objects.values_list("name", "responsible"))
    assert responsible == {"Anna Petrova": alice.pk, "boris@other.example": bob.pk}


@pytest.mark.rule("K46")
def test_a_forwarded_letter_counts_by_its_own_headers(alice: Membership) -> None:
    inside = "---------- Forwarded message ---------\nFrom: Hidden Client <hidden@client.example>\nTo: x@y.example\n"
    arrive("contact", Mail("Fwd: Offer", to=address("contact"), text=inside))
    assert [contact.name for contact in Contact.objects.all()] == ["Anna Petrova"]


@pytest.mark.rule("K43")
def test_two_letters_of_one_stranger_make_one_contact(alice: Membership) -> None:
    arrive("contact", Mail("One", to=address("contact")))
    arrive("lead", Mail("Two", to=address("lead")))
    assert Contact.objects.count() == 1
    assert CardLink.objects.count() == 2


def test_other_accounts_get_nothing(alice: Membership, charlie: Membership) -> None:
    arrive("lead", Mail(to=address("lead")))
    with tenant(charlie.account_id):
        assert not Contact.objects.exists()
        assert not Lead.objects.exists()


@pytest.mark.rule("K43", "K41")
def test_who_answers_all_of_a_letter_goes_on_with_its_lead(alice: Membership, bob: Membership) -> None:
    first = Mail(sender="bob@acme.example", to=ANNA, cc=address("lead"))
    arrive("lead", first)
    answer = Mail(to="bob@acme.example", cc=f"{address('lead')}, {BORIS}", in_reply_to=first.message_id)
    second = arrive("lead", answer)
    again = Mail("Re: Offer", sender="bob@acme.example", to=ANNA, cc=address("lead"), references=(answer.message_id,))
    third = arrive("lead", again)
    lead = Lead.objects.get()
    assert {contact.name for contact in lead.contacts.all()} == {"Anna Petrova", "boris@other.example"}
    assert [letter.outcome for letter in (second, third)] == ["created", "created"]
    assert [row.is_new for row in Creation.objects.filter(lead=lead).order_by("pk")] == [True, False, False]


@pytest.mark.rule("K43")
def test_a_closed_lead_and_one_of_other_clients_are_not_gone_on_with(alice: Membership) -> None:
    first = Mail(to=address("lead"))
    arrive("lead", first)
    arrive("lead", Mail(sender=BORIS, to=address("lead"), in_reply_to=first.message_id))
    assert Lead.objects.count() == 2
    move_leads(Lead.objects.all(), Stage.objects.get(kind="won"))
    arrive("lead", Mail("Re: Offer", to=address("lead"), in_reply_to=first.message_id))
    assert Lead.objects.count() == 3
