"""Collecting with one mailbox and sending through another: which one may be chosen, and by whom."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent, Membership
from mailboxes.behavior import Choice, MailboxSettings, change_settings
from mailboxes.errors import MailboxNotFound, SettingRefused
from mailboxes.models import Mailbox
from mailboxes.outgoing import get_outgoing_for, list_outgoing_choices
from tests.conftest import MakeMailbox

pytestmark = pytest.mark.usefixtures("in_account")


@pytest.fixture
def orders(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("orders@acme.example", account_of=alice)


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


@pytest.fixture
def alices(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("alice@acme.example", owner=alice)


@pytest.fixture
def bobs(bob: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("bob@acme.example", owner=bob)


def choices(member: Membership, mailbox: Mailbox) -> list[str]:
    return list(list_outgoing_choices(member, mailbox).values_list("address", flat=True))


@pytest.mark.rule("R07", "K23")
def test_a_shared_mailbox_sends_through_shared_ones_only(
    alice: Membership, orders: Mailbox, sales: Mailbox, alices: Mailbox
) -> None:
    assert choices(alice, orders) == ["sales@acme.example"]
    with pytest.raises(SettingRefused) as refused:  # or all would send as Alice
        change_settings(alice, orders.pk, MailboxSettings(outgoing_mailbox=Choice(alices.pk)))
    assert refused.value.field == "outgoing_mailbox"


@pytest.mark.rule("R07", "K24")
def test_a_personal_one_sends_through_what_its_owner_sends_from(
    alice: Membership, bob: Membership, alices: Mailbox, bobs: Mailbox, sales: Mailbox
) -> None:
    assert choices(bob, bobs) == ["sales@acme.example"]
    Mailbox.objects.filter(pk=bobs.pk).update(shared_with_admins=True)
    bobs.refresh_from_db()
    assert choices(alice, bobs) == ["sales@acme.example"]  # Alice manages it now, but it is not hers


@pytest.mark.rule("R07")
def test_it_is_set_and_taken_back_and_the_audit_log_says_so(alice: Membership, orders: Mailbox, sales: Mailbox) -> None:
    changed = change_settings(alice, orders.pk, MailboxSettings(outgoing_mailbox=Choice(sales.pk)))
    assert get_outgoing_for(alice, changed) == sales
    assert change_settings(alice, orders.pk, MailboxSettings(push=False)).outgoing_mailbox_id == sales.pk
    cleared = change_settings(alice, orders.pk, MailboxSettings(outgoing_mailbox=Choice(None)))
    assert get_outgoing_for(alice, cleared) == orders
    facts = AuditEvent.objects.filter(action="mailbox.settings_changed").order_by("pk").values_list("facts", flat=True)
    assert [fact["fields"] for fact in facts] == ["outgoing_mailbox", "push", "outgoing_mailbox"]


@pytest.mark.rule("R07")
@pytest.mark.parametrize("state", ["disconnected", "removing"])
def test_what_cannot_send_is_no_choice(alice: Membership, orders: Mailbox, sales: Mailbox, state: str) -> None:
    Mailbox.objects.filter(pk=sales.pk).update(state=state)
    assert choices(alice, orders) == []


@pytest.mark.rule("R07")
def test_neither_itself_nor_one_that_sends_through_another(alice: Membership, orders: Mailbox, sales: Mailbox) -> None:
    change_settings(alice, orders.pk, MailboxSettings(outgoing_mailbox=Choice(sales.pk)))
    for mailbox, wanted in ((sales, orders), (sales, sales)):
        with pytest.raises(SettingRefused):
            change_settings(alice, mailbox.pk, MailboxSettings(outgoing_mailbox=Choice(wanted.pk)))


@pytest.mark.rule("R07", "K21")
def test_who_lost_the_right_to_the_other_does_not_send_through_it(
    alice: Membership, bob: Membership, orders: Mailbox, sales: Mailbox
) -> None:
    changed = change_settings(alice, orders.pk, MailboxSettings(outgoing_mailbox=Choice(sales.pk)))
    assert get_outgoing_for(bob, changed) == sales
    Mailbox.objects.filter(pk=sales.pk).update(kind="personal", owner=alice)
    with pytest.raises(MailboxNotFound):
        get_outgoing_for(bob, changed)
    assert (
        change_settings(alice, orders.pk, MailboxSettings(outgoing_mailbox=Choice(sales.pk))) == orders
    )  # it may stay


@pytest.mark.rule("R07", "K64")
def test_without_the_other_it_sends_by_itself_again(alice: Membership, orders: Mailbox, sales: Mailbox) -> None:
    change_settings(alice, orders.pk, MailboxSettings(outgoing_mailbox=Choice(sales.pk)))
    sales.delete()
    orders.refresh_from_db()
    assert get_outgoing_for(alice, orders) == orders


@pytest.mark.rule("R12")
def test_what_becomes_of_strangers_mail_is_one_of_two(alice: Membership, sales: Mailbox) -> None:
    assert change_settings(alice, sales.pk, MailboxSettings(unmatched="skip")).unmatched == "skip"
    with pytest.raises(SettingRefused) as refused:
        change_settings(alice, sales.pk, MailboxSettings(unmatched="burn"))
    assert refused.value.field == "unmatched"
