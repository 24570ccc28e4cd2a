"""Who writes to a mailbox for the first time gets a contact and a customer, if the mailbox wants it (R12)."""

from __future__ import annotations

import pytest

from accounts.models import Account, Group, GroupMember, Membership, Notice
from crm.contacts import ContactValues, create_contact
from crm.models import CardEvent, Contact, ContactEmail, Customer, Store
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox
from tests.threads.builders import ANNA, BORIS, SALES, Mail, Post, fetched
from threads.filing import Progress
from threads.models import CardLink, Message

pytestmark = pytest.mark.rule("R12")


@pytest.fixture
def eager(post: Post) -> Post:
    """The mailbox makes customers of strangers."""
    return switched(post, create_contacts=True)


def switched(post: Post, **settings: object) -> Post:
    Mailbox.objects.filter(pk=post.mailbox.pk).update(**settings)
    post.mailbox.refresh_from_db()
    return post


def test_a_stranger_gets_a_contact_with_only_the_address_and_a_customer(eager: Post) -> None:
    eager.file(Mail("Hello"), Mail("Hello again"), Mail(sender=BORIS))
    anna = Contact.objects.get(emails__email_key="anna@client.example")
    assert (anna.first_name, anna.last_name, anna.name, anna.phones) == ("", "", "anna@client.example", [])
    assert Customer.objects.get(contacts=anna).name == "anna@client.example"
    assert (Contact.objects.count(), Customer.objects.count()) == (2, 2)
    assert CardLink.objects.filter(contact=anna).count() == 2
    assert set(CardEvent.objects.values_list("kind", "facts__how")) == {("created", "mailbox")}
    eager.file(Mail("And again"))
    assert (Contact.objects.count(), CardLink.objects.filter(contact=anna).count()) == (2, 3)


def test_without_the_switch_nobody_is_made(post: Post) -> None:
    post.file(Mail())
    assert not Contact.objects.exists()


def test_the_contact_alone_if_no_customer_is_wanted(eager: Post) -> None:
    switched(eager, contacts_only=True).file(Mail())
    assert (Contact.objects.count(), Customer.objects.count()) == (1, 0)


@pytest.mark.rule("G15")
@pytest.mark.parametrize("progress", [Progress.IMPORT, Progress.OLDER, Progress.SILENT])
def test_an_import_makes_them_too_and_tells_nobody(eager: Post, alice: Membership, progress: Progress) -> None:
    group = Group.objects.create(name="Sellers")
    GroupMember.objects.create(group=group, membership=alice)
    switched(eager, manager_group=group, notify_manager=True).file(Mail(), progress=progress)
    assert Contact.objects.get().responsible == alice
    assert not Notice.objects.exists()


@pytest.mark.rule("G02")
def test_what_they_wrote_before_is_on_the_card_too(post: Post) -> None:
    post.file(Mail("Old"), Mail("To others", sender=BORIS, cc="anna@client.example"))
    switched(post, create_contacts=True).file(Mail("New"))
    assert CardLink.objects.filter(contact=Contact.objects.get()).count() == 3


def test_colleagues_answers_and_letters_of_ours_make_nobody(eager: Post, alice: Membership) -> None:
    eager.file(Mail(sender=alice.user.email))
    eager.file(Mail(sender=SALES, to=ANNA), folder=eager.sent)
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    "header",
    ["Auto-Submitted: auto-replied", "Precedence: bulk", "List-Id: <news.example>", "Return-Path: <>"],
)
def test_programs_make_nobody(eager: Post, header: str) -> None:
    raw = Mail().to_bytes().replace(b"Subject:", f"{header}\r\nSubject:".encode(), 1)
    eager.file_letters([fetched(1, raw)])
    eager.file(Mail(sender="Mailer-Daemon@client.example"), Mail(sender="no-reply@client.example"))
    assert Message.objects.count() == 3
    assert not Contact.objects.exists()


def test_what_is_no_address_makes_nobody(eager: Post) -> None:
    eager.file_letters([fetched(1, Mail().to_bytes().replace(b"<anna@client.example>", b"<anna@localnet>", 1))])
    assert (Message.objects.count(), Contact.objects.count()) == (1, 0)


@pytest.mark.rule("R09")
def test_they_are_found_and_made_within_the_store(eager: Post) -> None:
    toys, books = (Store.objects.create(name=name) for name in ("Toys", "Books"))
    create_contact(ContactValues(first_name="Anna", emails=["anna@client.example"]))
    Contact.objects.update(store=books)
    create_contact(ContactValues(first_name="Boris", emails=[BORIS]))
    switched(eager, store=toys).file(Mail(), Mail(sender=BORIS))
    assert list(Contact.objects.order_by("pk").values_list("name", "store")) == [
        ("Anna", books.pk),
        ("Boris", None),  # of no store: found from each
        ("anna@client.example", toys.pk),
    ]


def test_another_account_is_not_looked_at(eager: Post, charlie: Membership, make_mailbox: MakeMailbox) -> None:
    eager.file(Mail())
    assert ContactEmail.objects.get().account_id == eager.mailbox.account_id


def test_the_same_letter_in_two_mailboxes_makes_one(
    eager: Post, alice: Membership, make_mailbox: MakeMailbox, in_account: Account
) -> None:
    other = switched(Post(make_mailbox("orders@acme.example", account_of=alice)), create_contacts=True)
    letter = Mail(to=f"{SALES}, orders@acme.example")
    eager.file(letter)
    other.file(letter)
    assert (Contact.objects.count(), CardLink.objects.count()) == (1, 2)
