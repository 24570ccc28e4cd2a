"""How many shared mailboxes of an account may collect mail (R01)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from mailboxes.errors import SettingRefused
from mailboxes.models import Mailbox
from mailboxes.requests import ConnectRequest
from mailboxes.services import check_collecting_limit, connect_mailbox, reconnect_mailbox
from tests.conftest import MakeMailbox

pytestmark = pytest.mark.rule("R01")


@pytest.fixture
def ten_shared(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> list[Mailbox]:
    return [make_mailbox(f"team{number}@acme.example", account_of=alice) for number in range(10)]


def refusal(account: Account) -> str:
    with pytest.raises(SettingRefused) as refused:
        check_collecting_limit(account)
    assert refused.value.field == "kind"
    return refused.value.message


def test_the_eleventh_is_refused_with_the_number_and_what_to_do(
    ten_shared: list[Mailbox], alice: Membership, request_for: ConnectRequest
) -> None:
    shared = replace(request_for, kind="shared")
    with pytest.raises(SettingRefused) as refused:
        connect_mailbox(alice, shared)
    assert refused.value.field == "kind"
    assert "10" in refused.value.message
    assert "Disconnect one" in refused.value.message
    Mailbox.objects.filter(pk=ten_shared[0].pk).update(state="disconnected")
    assert connect_mailbox(alice, shared).kind == "shared"


def test_personal_ones_and_those_that_only_send_do_not_count(
    ten_shared: list[Mailbox], alice: Membership, account: Account, request_for: ConnectRequest
) -> None:
    assert connect_mailbox(alice, request_for).kind == "personal"
    refusal(account)
    Mailbox.objects.filter(pk=ten_shared[0].pk).update(imap_host="")
    check_collecting_limit(account)


def test_paused_ones_count_as_they_go_on_by_themselves(ten_shared: list[Mailbox], account: Account) -> None:
    Mailbox.objects.filter(pk=ten_shared[0].pk).update(state="paused")
    refusal(account)


def test_the_account_has_a_number_of_its_own_and_zero_is_no_limit(
    ten_shared: list[Mailbox], account: Account, charlie: Membership
) -> None:
    for limit in (0, 11):
        Account.objects.filter(pk=account.pk).update(collecting_limit=limit)
        check_collecting_limit(account)
    Account.objects.filter(pk=account.pk).update(collecting_limit=1)
    assert "1 shared mailbox that receives" in refusal(account)
    with tenant(charlie.account_id):
        check_collecting_limit(charlie.account)


def test_one_that_was_disconnected_needs_a_place_again(
    ten_shared: list[Mailbox], alice: Membership, request_for: ConnectRequest
) -> None:
    gone = ten_shared[0]
    Mailbox.objects.filter(pk=gone.pk).update(state="needs_login")
    assert reconnect_mailbox(alice, gone.pk, request_for).state == "importing"
    Mailbox.objects.filter(pk=gone.pk).update(state="disconnected")
    Account.objects.update(collecting_limit=9)
    with pytest.raises(SettingRefused):
        reconnect_mailbox(alice, gone.pk, request_for)
