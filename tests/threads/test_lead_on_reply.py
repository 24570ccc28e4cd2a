"""A lead is made when we reply to a client who wrote first, and when it is not."""

from __future__ import annotations

import pytest

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from crm.leads import LeadValues, create_lead, delete_lead, move_lead
from crm.models import CardEvent, Contact, Lead, Stage
from mailboxes.models import Mailbox
from tests.threads.builders import ANNA, SALES, START, Mail, Post, file_sent_letter
from tests.threads.leads import make_leads
from threads.filing import Progress
from threads.models import ThreadLead

ASKED = Mail("A chair")
REPLY = Mail("Re: A chair", SALES, ANNA)


@pytest.fixture
def wanting(post: Post) -> Post:
    """The mailbox with "Create a lead when we reply to a client"."""
    Mailbox.objects.filter(pk=post.mailbox.pk).update(create_lead_on_reply=True, created_at=START)
    return post


@pytest.mark.rule("E01")
def test_a_reply_makes_a_lead_of_a_new_contact(wanting: Post, bob: Membership) -> None:
    wanting.file(ASKED)
    assert make_leads() == []
    wanting.file_sent(Mail("Re: A chair", "bob@acme.example", ANNA))
    (lead,) = make_leads()
    contact = Contact.objects.get()
    assert (lead.name, list(lead.contacts.all()), lead.responsible) == ("Anna Petrova", [contact], bob)
    assert [row.email for row in contact.emails.all()] == ["anna@client.example"]
    assert contact.mail.count() == 2
    assert set(CardEvent.objects.values_list("kind", flat=True)) == {"created", "lead_made"}


@pytest.mark.parametrize(
    ("written", "name"), [('"Petrova, Anna"', "Anna Petrova"), ('"anna@client.example"', "anna@client.example")]
)
def test_the_new_contact_is_called_as_people_are(wanting: Post, written: str, name: str) -> None:
    wanting.file(Mail("A chair", f"{written} <anna@client.example>"))
    wanting.file_sent(Mail("Re: A chair", SALES, ANNA))
    (lead,) = make_leads()
    assert (lead.name, Contact.objects.get().name) == (name, name)


def test_the_first_pipeline_speaks_the_accounts_language(wanting: Post) -> None:
    Account.objects.update(language="ru")
    wanting.file(ASKED)
    wanting.file_sent(REPLY)
    (lead,) = make_leads()
    assert (lead.stage.pipeline.name, lead.stage.name) == ("Продажи", "Новая")


@pytest.mark.rule("E01")
def test_a_second_reply_makes_no_second_lead(wanting: Post) -> None:
    for mail in (ASKED, REPLY, Mail("A chair"), Mail("Re: A chair", SALES, ANNA)):
        wanting.file_sent(mail) if mail.sender == SALES else wanting.file(mail)
        make_leads()
    assert Lead.objects.count() == 1


def test_the_order_in_which_the_folders_are_read_does_not_matter(wanting: Post) -> None:
    early, late = Mail("A chair", minutes=1), Mail("Re: A chair", SALES, ANNA, minutes=2)
    wanting.file_sent(late)
    wanting.file(early)
    assert len(make_leads()) == 1


def test_a_letter_that_goes_out_from_here_counts_as_a_reply(wanting: Post, alice: Membership) -> None:
    wanting.file(ASKED)
    file_sent_letter(wanting.mailbox, raw=REPLY.to_bytes(), sent_at=REPLY.received_at)
    assert len(make_leads()) == 1


@pytest.mark.rule("E02")
def test_not_when_our_letter_came_first(wanting: Post) -> None:
    wanting.file_sent(Mail("A chair", SALES, ANNA))
    wanting.file(Mail("Re: A chair"))
    wanting.file_sent(Mail("Re: A chair", SALES, ANNA))
    assert make_leads() == []


@pytest.mark.rule("E03")
def test_not_when_the_client_has_an_open_lead_that_shows_the_thread(wanting: Post) -> None:
    anna = create_contact(ContactValues("Anna", emails=["anna@client.example"]))
    lead = create_lead(LeadValues("40 chairs", contacts=[anna]))
    wanting.file(ASKED)
    wanting.file_sent(REPLY)
    assert make_leads() == [lead]
    assert ThreadLead.objects.get().lead == lead
    move_lead(lead, Stage.objects.get(kind="won"))
    wanting.file(Mail("Another chair"))
    wanting.file_sent(Mail("Re: Another chair", SALES, ANNA))
    assert len(make_leads()) == 2


@pytest.mark.rule("E04", "G15")
@pytest.mark.parametrize("progress", [Progress.IMPORT, Progress.OLDER, Progress.SILENT])
def test_not_during_an_import_nor_because_of_it_later(wanting: Post, progress: Progress) -> None:
    Mailbox.objects.update(imported_at=REPLY.received_at.replace(year=2027))
    wanting.file(ASKED, progress=progress)
    wanting.file(REPLY, folder=wanting.sent, progress=progress)
    wanting.file(Mail("A chair"))
    assert make_leads() == []
    wanting.file_sent(Mail("Re: A chair", SALES, ANNA))
    assert len(make_leads()) == 1


@pytest.mark.rule("E05", "K40")
def test_not_on_smart_addresses_nor_where_it_is_not_wanted(post: Post, wanting: Post) -> None:
    Mailbox.objects.filter(kind=Mailbox.Kind.SYSTEM).update(create_lead_on_reply=True)
    smart = Post(Mailbox.objects.get(kind=Mailbox.Kind.SYSTEM))
    for place in (smart, post):
        Mailbox.objects.filter(pk=post.mailbox.pk).update(create_lead_on_reply=False)
        place.file(ASKED)
        place.file_sent(REPLY)
    assert make_leads() == []


@pytest.mark.rule("E06")
def test_a_deleted_lead_is_not_made_again_for_the_thread(wanting: Post, alice: Membership) -> None:
    wanting.file(ASKED)
    wanting.file_sent(REPLY)
    delete_lead(alice, make_leads()[0])
    wanting.file_sent(Mail("Re: A chair", SALES, ANNA))
    assert make_leads() == []
    wanting.file(Mail("A table"))
    wanting.file_sent(Mail("Re: A table", SALES, ANNA))
    assert len(make_leads()) == 1


def test_not_for_colleagues(wanting: Post, bob: Membership) -> None:
    wanting.file(Mail("Lunch", "bob@acme.example"))
    wanting.file_sent(Mail("Re: Lunch", SALES, "bob@acme.example"))
    assert make_leads() == []
