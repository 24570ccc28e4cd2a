"""Deleted of a mailbox is its owner's at most, also where conversations are open to all who read it (K63)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Account, Membership
from tests.conftest import MakeMailbox
from tests.threads.builders import SALES, Mail, Post
from threads.models import Message, Thread
from threads.services import delete_messages

SignIn = Callable[[Membership], Client]


@pytest.mark.rule("K63")
def test_who_sees_his_own_deleted_letters_sees_none_of_a_shared_mailbox(
    signed_in: SignIn, in_account: Account, alice: Membership, bob: Membership, make_mailbox: MakeMailbox
) -> None:
    Account.objects.update(owners_see_deleted=True)
    Post(make_mailbox(SALES, account_of=alice)).file(Mail("Offer", cc="secret@client.example"), Mail("Offer"))
    thread = Thread.objects.get()
    first = Message.objects.order_by("pk")[0]
    delete_messages(alice, [first.pk])
    for member, is_shown in ((alice, True), (bob, False)):
        client = signed_in(member)
        for address in (f"/mail/deleted/{thread.pk}/", f"/mail/deleted/{thread.pk}/print/"):
            page = client.get(address, headers={"HX-Request": "true"}).content.decode()
            assert ("secret@client.example" in page) is is_shown, (member, address)
