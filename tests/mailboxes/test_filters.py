"""Filters: addresses and domains whose mail is never stored."""

from __future__ import annotations

import pytest

from accounts.models import Account, Membership
from mailboxes.behavior import MailboxSettings, change_settings
from mailboxes.errors import SettingRefused
from mailboxes.requests import MAX_FILTERS, Filter, check_filters, filter_of
from tests.conftest import MakeMailbox

pytestmark = pytest.mark.rule("A08")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("news@Example.com", ("address", "news@example.com")),
        ("  Example.COM ", ("domain", "example.com")),
        ("@example.com", ("domain", "example.com")),
        ("*.example.com", ("domain", "example.com")),
        ("info@münchen.example", ("address", "info@xn--mnchen-3ya.example")),
        ("München.example", ("domain", "xn--mnchen-3ya.example")),
    ],
)
def test_a_line_means_an_address_or_a_domain(typed: str, meant: Filter) -> None:
    assert check_filters([filter_of(typed)]) == (meant,)


@pytest.mark.parametrize(
    "typed", ["nobody", "a b@example.com", "@", "exa mple.com", "127.0.0.1", "a@127.0.0.1", "-.example"]
)
def test_what_is_neither_is_named(typed: str) -> None:
    with pytest.raises(SettingRefused) as refused:
        check_filters([filter_of(typed)])
    assert refused.value.field == "filters"
    assert typed.removeprefix("@") in refused.value.message


def test_there_are_not_too_many() -> None:
    most: list[Filter] = [("domain", f"d{number}.example") for number in range(MAX_FILTERS)]
    assert len(check_filters(most)) == MAX_FILTERS
    assert len(check_filters([*most, *most])) == MAX_FILTERS  # each once
    with pytest.raises(SettingRefused):
        check_filters([*most, ("domain", "one-more.example")])


def test_they_are_replaced_as_a_whole(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> None:
    mailbox = make_mailbox("sales@acme.example", account_of=alice)
    other = make_mailbox("info@acme.example", account_of=alice)
    for filters in ((("address", "a@x.example"), ("domain", "y.example")), (("domain", "z.example"),)):
        change_settings(alice, mailbox.pk, MailboxSettings(filters=filters))
        assert tuple(mailbox.filters.values_list("kind", "value")) == filters
    change_settings(alice, mailbox.pk, MailboxSettings(signature="S"))
    assert mailbox.filters.count() == 1
    assert other.filters.count() == 0
    change_settings(alice, mailbox.pk, MailboxSettings(filters=()))
    assert mailbox.filters.count() == 0
