"""Strangers' letters that come to several workers at once, or to one that dies: one card each, never two or none."""

from __future__ import annotations

from collections import Counter

import pytest

from accounts.models import Group, GroupMember, Membership, Notice
from accounts.tenancy import tenant
from crm.models import Contact, Customer, GroupTurn
from mailboxes.models import Mailbox
from mailkit import failpoints
from mailkit.failpoints import FailpointReached
from tests.conftest import MakeMailbox
from tests.threads.builders import Mail, Post
from tests.threads.test_concurrency import at_once
from threads.models import CardLink, Message

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rule("R12", "R13")]


@pytest.fixture
def posts(alice: Membership, make_mailbox: MakeMailbox) -> list[Post]:
    """Four mailboxes whose strangers go to Alice, and one that makes no cards."""
    with tenant(alice.account_id):
        group = Group.objects.create(name="Sellers")
        GroupMember.objects.create(group=group, membership=alice)
        boxes = [make_mailbox(f"box{number}@acme.example", account_of=alice) for number in range(5)]
        made = Mailbox.objects.filter(pk__in=[box.pk for box in boxes[:4]])
        made.update(create_contacts=True, manager_group=group, notify_manager=True)
        return [Post(box) for box in boxes]


def test_one_address_in_five_mailboxes_at_once_gets_one_card(posts: list[Post], alice: Membership) -> None:
    def file_all(post: Post) -> None:
        for number in range(6):
            post.file(Mail(f"{post.mailbox.address} {number}", sender=f"person{number}@client.example"))

    at_once(alice.account.pk, *(lambda post=post: file_all(post) for post in posts))
    with tenant(alice.account_id):
        assert (Message.objects.count(), Contact.objects.count(), Customer.objects.count()) == (30, 6, 6)
        assert CardLink.objects.count() == 30  # those of the fifth mailbox too
        assert GroupTurn.objects.get().count == 6
        assert Notice.objects.filter(kind="customer.assigned").count() == 6
        assert Notice.objects.filter(kind="mail.arrived").count() == 24


@pytest.mark.parametrize("place", ["Y8", "Y9", "Y11"])
def test_who_dies_while_filing_leaves_nothing_and_the_next_makes_all(
    posts: list[Post], alice: Membership, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = {1: Mail(), 2: Mail(sender="boris@other.example")}
    monkeypatch.setenv("FAILPOINT", f"{place}:1:raise")
    with tenant(alice.account_id):
        monkeypatch.setattr(failpoints, "_hits", Counter())
        with pytest.raises(FailpointReached):
            posts[0].file_at(batch)
        assert not any(model.objects.exists() for model in (Message, Contact, Customer, GroupTurn, Notice))
        monkeypatch.delenv("FAILPOINT")
        posts[0].file_at(batch)
        assert (Contact.objects.count(), Customer.objects.count(), CardLink.objects.count()) == (2, 2, 2)
        assert Notice.objects.count() == 4
