"""Stores: the brands of an account."""

from __future__ import annotations

import pytest

from accounts.errors import NotAllowed
from accounts.models import AuditEvent, Membership
from accounts.tenancy import tenant
from crm.access import get_store
from crm.errors import CardNotFound, ValueRefused
from crm.models import Store
from crm.stores import create_store, delete_store, rename_store
from mailboxes.behavior import Choice, MailboxSettings, change_settings
from mailboxes.errors import SettingRefused
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox

pytestmark = pytest.mark.usefixtures("in_account")


@pytest.mark.rule("R09")
def test_a_mailbox_belongs_to_a_store_until_the_store_is_deleted(alice: Membership, make_mailbox: MakeMailbox) -> None:
    sales, store = make_mailbox("sales@acme.example", account_of=alice), create_store(alice, "  Acme \t Toys ")
    assert store.name == "Acme Toys"
    assert change_settings(alice, sales.pk, MailboxSettings(store=Choice(store.pk))).store == store
    delete_store(alice, store)
    assert Mailbox.objects.get(pk=sales.pk).store is None
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        "store.created", "mailbox.settings_changed", "store.deleted",
    ]  # fmt: skip


@pytest.mark.rule("R09")
def test_names_are_unique_whatever_their_case(alice: Membership) -> None:
    first, second = create_store(alice, "Toys"), create_store(alice, "Books")
    with pytest.raises(ValueRefused) as refused:
        create_store(alice, "TOYS")
    assert refused.value.field == "name"
    with pytest.raises(ValueRefused):
        rename_store(alice, second, "toys")
    assert rename_store(alice, first, "TOYS").name == "TOYS"
    assert sorted(Store.objects.values_list("name", flat=True)) == ["Books", "TOYS"]


@pytest.mark.parametrize("name", ["", " \n ", "x" * 101])
def test_a_name_is_needed_and_has_an_end(alice: Membership, name: str) -> None:
    with pytest.raises(ValueRefused):
        create_store(alice, name)


@pytest.mark.rule("G11", "R09")
def test_only_administrators_change_them(alice: Membership, bob: Membership) -> None:
    store = create_store(alice, "Toys")
    for attempt in (
        lambda: create_store(bob, "Books"),
        lambda: rename_store(bob, store, "Books"),
        lambda: delete_store(bob, store),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert Store.objects.get().name == "Toys"


@pytest.mark.rule("G10", "R09")
def test_another_account_has_no_part_in_them(alice: Membership, charlie: Membership, make_mailbox: MakeMailbox) -> None:
    store, theirs = create_store(alice, "Toys"), make_mailbox("sales@globex.example", account_of=charlie)
    with tenant(charlie.account_id):
        with pytest.raises(CardNotFound):
            get_store(store.pk)
        with pytest.raises(SettingRefused) as refused:
            change_settings(charlie, theirs.pk, MailboxSettings(store=Choice(store.pk)))
    assert refused.value.field == "store"
