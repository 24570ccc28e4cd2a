"""Managers are told of new customers, then of letters (R11, R14); of letters only who may read them (K23)."""

from __future__ import annotations

import pytest

from accounts.models import Account, Group, GroupMember, Membership, Notice
from crm.contacts import ContactValues, create_contact
from crm.customers import CustomerValues, create_customer
from crm.models import Contact, Store
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox
from tests.threads.builders import ANNA, BORIS, SALES, Mail, Post, fetched
from threads.models import Message

pytestmark = pytest.mark.rule("R14")
ASSIGNED, ARRIVED = "customer.assigned", "mail.arrived"


@pytest.fixture
def telling(post: Post, bob: Membership) -> Post:
    """The mailbox gives strangers to Bob, and tells him."""
    group = Group.objects.create(name="Sellers")
    GroupMember.objects.create(group=group, membership=bob)
    return switched(post, create_contacts=True, notify_manager=True, manager_group=group)


def switched(post: Post, **settings: object) -> Post:
    Mailbox.objects.filter(pk=post.mailbox.pk).update(**settings)
    post.mailbox.refresh_from_db()
    return post


def kinds_of(member: Membership) -> list[str]:
    return list(Notice.objects.filter(membership=member).order_by("created_at", "id").values_list("kind", flat=True))


@pytest.mark.rule("R11")
def test_first_of_the_customer_then_of_the_letter(telling: Post, bob: Membership, alice: Membership) -> None:
    telling.file(Mail())
    assert kinds_of(bob) == [ASSIGNED, ARRIVED]
    assigned, arrived = Notice.objects.order_by("id")
    assert assigned.facts["contact"] == Contact.objects.get().pk
    assert arrived.facts == {"message": Message.objects.get().pk, "mailbox": telling.mailbox.pk}
    telling.file(Mail("Another"))
    assert kinds_of(bob) == [ASSIGNED, ARRIVED, ARRIVED]
    assert not kinds_of(alice)


def test_nobody_is_told_without_the_switch(telling: Post, bob: Membership) -> None:
    switched(telling, notify_manager=False).file(Mail())
    assert Contact.objects.get().responsible == bob
    assert not Notice.objects.exists()


def test_of_known_clients_whoever_is_responsible_is_told_once_a_letter(
    telling: Post, alice: Membership, bob: Membership
) -> None:
    create_contact(ContactValues(first_name="Anna", emails=["anna@client.example"], responsible=alice))
    create_contact(ContactValues(first_name="A.", emails=["anna@client.example"], responsible=alice))
    boris = create_contact(ContactValues(first_name="Boris", emails=[BORIS]))
    create_customer(CustomerValues(contacts=[boris], responsible=bob))
    telling.file(Mail())
    telling.file(Mail(sender=BORIS))
    assert (kinds_of(alice), kinds_of(bob)) == ([ARRIVED], [ARRIVED])


def test_of_our_own_letters_and_those_of_programs_nobody_is_told(telling: Post, bob: Membership) -> None:
    create_contact(ContactValues(first_name="Anna", emails=["anna@client.example"], responsible=bob))
    telling.file(Mail(sender=SALES, to=ANNA), folder=telling.sent)
    raw = Mail().to_bytes().replace(b"Subject:", b"Auto-Submitted: auto-generated\r\nSubject:", 1)
    telling.file_letters([fetched(9, raw)])
    assert not Notice.objects.exists()


@pytest.mark.rule("K23")
def test_who_may_not_read_the_mailbox_is_told_of_the_customer_alone(telling: Post, bob: Membership) -> None:
    Membership.objects.filter(pk=bob.pk).update(mail_access_all=False)
    telling.file(Mail())
    assert kinds_of(bob) == [ASSIGNED]


@pytest.mark.rule("K23")
def test_of_a_personal_mailbox_only_its_owner_is_told(
    alice: Membership, bob: Membership, make_mailbox: MakeMailbox, in_account: Account
) -> None:
    private = switched(Post(make_mailbox("bob@acme.example", owner=bob)), notify_manager=True)
    create_contact(ContactValues(first_name="Anna", emails=["anna@client.example"], responsible=alice))
    create_contact(ContactValues(first_name="Boris", emails=[BORIS], responsible=bob))
    private.file(Mail(to="bob@acme.example"), Mail(sender=BORIS, to="bob@acme.example"))
    assert (kinds_of(alice), kinds_of(bob)) == ([], [ARRIVED])


@pytest.mark.rule("R09")
def test_those_of_other_stores_are_not_told(telling: Post, alice: Membership, bob: Membership) -> None:
    toys, books = (Store.objects.create(name=name) for name in ("Toys", "Books"))
    create_contact(ContactValues(first_name="Anna", emails=["anna@client.example"], responsible=alice))
    Contact.objects.update(store=books)
    switched(telling, store=toys).file(Mail())
    assert (kinds_of(alice), kinds_of(bob)) == ([], [ASSIGNED, ARRIVED])
