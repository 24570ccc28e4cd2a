"""Workers take up what waits, whoever ordered it."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from mailboxes.leases import release
from privacy import orders, tasks
from privacy.account_export import request_export
from privacy.erasing import erase_contact
from privacy.importing import request_import
from privacy.models import AccountExport, Erasure, MailImport, Order
from tests.privacy.builders import mbox_of
from tests.threads.builders import Mail, Post


@pytest.mark.rule("G16")
def test_each_kind_of_order_is_found_and_carried_out(post: Post, alice: Membership, account: Account) -> None:
    anna = create_contact(ContactValues("Anna", emails=["anna@client.example"]))
    release(post.lease)
    brought = request_import(alice, post.mailbox, ContentFile(mbox_of(Mail())), "mail.mbox")
    packed, erased = request_export(alice), erase_contact(alice, anna, confirmation="Anna")
    assert orders.list_waiting(MailImport) == [(alice.account_id, brought.pk)]
    assert orders.list_waiting(Erasure) == [(alice.account_id, erased.pk)]
    assert orders.list_waiting(AccountExport) == [(alice.account_id, packed.pk)]
    tasks.import_mail(account.pk, brought.pk)
    tasks.erase_person(account.pk, erased.pk)
    tasks.export_account(account.pk, packed.pk)
    waiting = orders.list_waiting(MailImport), orders.list_waiting(Erasure), orders.list_waiting(AccountExport)
    assert waiting == ([], [], [])
    orders_done: list[Order] = [brought, erased]
    for order in orders_done:
        order.refresh_from_db()
        assert order.state == "done"
    assert not AccountExport.objects.filter(state="working").exists()


def test_what_a_worker_holds_is_left_to_it(post: Post, alice: Membership) -> None:
    order = request_export(alice)
    assert orders.claim(AccountExport, order.pk)
    assert orders.list_waiting(AccountExport) == []
    AccountExport.objects.update(lease_until=timezone.now())
    assert len(orders.list_waiting(AccountExport)) == 1
