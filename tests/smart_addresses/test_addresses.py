"""Which account an address belongs to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.account_settings import AccountChanges, change_account
from accounts.models import FormerSlug, Membership
from accounts.slugs import free_slug
from accounts.tenancy import tenant
from smart_addresses.addresses import account_of


@pytest.mark.rule("K41", "K43")
@pytest.mark.parametrize(
    ("recipient", "kind"),
    [
        ("acme@in.example", "filing"),
        ("contact@acme.in.example", "contact"),
        ("lead@acme.in.example", "lead"),
        ("Lead@ACME.In.Example.", "lead"),
    ],
)
def test_an_account_has_three_addresses(alice: Membership, charlie: Membership, recipient: str, kind: str) -> None:
    found = account_of(recipient)
    assert found is not None
    assert (found.account_id, found.address) == (alice.account_id, kind)


@pytest.mark.rule("K44")
@pytest.mark.parametrize(
    "recipient",
    [
        "nobody@in.example", "sales@acme.in.example", "contact@nobody.in.example", "contact@in.example",
        "acme@other.example", "contact@deep.acme.in.example", "acme+tag@in.example", "@in.example", "acme", "",
        "contact@.in.example", '"acme"@in.example', "acme@acme.in.example",
    ],
)  # fmt: skip
def test_other_addresses_are_nobodys(alice: Membership, recipient: str) -> None:
    assert account_of(recipient) is None


@pytest.mark.rule("K44")
def test_a_wrong_address_costs_the_same_statements(alice: Membership) -> None:
    counts = []
    for recipient in ("acme@in.example", "nobody@in.example", "nonsense", "contact@a.b.c.example"):
        with CaptureQueriesContext(connection) as queries:
            account_of(recipient)
        counts.append([query["sql"].partition("WHERE")[0] for query in queries.captured_queries])
    assert counts[0] == counts[1] == counts[2] == counts[3]
    assert len(counts[0]) == 1


@pytest.mark.rule("K48")
def test_the_old_name_is_refused_after_a_rename(alice: Membership) -> None:
    with tenant(alice.account_id):
        change_account(alice, AccountChanges(name="Ромашка"))
    assert account_of("acme@in.example") is None
    found = account_of("contact@romashka.in.example")
    assert found is not None
    assert found.account_id == alice.account_id


@pytest.mark.rule("K48")
def test_the_old_name_may_live_on_for_a_time(alice: Membership) -> None:
    with tenant(alice.account_id):
        change_account(alice, AccountChanges(name="Romashka", keep_old_addresses_days=30))
    assert account_of("lead@acme.in.example") is not None
    FormerSlug.objects.update(alive_until=timezone.now() - timedelta(seconds=1))
    assert account_of("lead@acme.in.example") is None


@pytest.mark.rule("K48")
def test_nobody_else_gets_a_name_that_was_given_up(alice: Membership, charlie: Membership) -> None:
    with tenant(alice.account_id):
        change_account(alice, AccountChanges(name="Romashka"))
    assert free_slug("Acme", account=charlie.account) == "acme-2"
    with tenant(charlie.account_id):
        change_account(charlie, AccountChanges(name="Acme"))
    assert account_of("acme-2@in.example") is not None
    assert account_of("acme@in.example") is None


@pytest.mark.rule("K48")
def test_an_account_gets_its_own_former_name_back(alice: Membership) -> None:
    with tenant(alice.account_id):
        change_account(alice, AccountChanges(name="Romashka"))
        change_account(alice, AccountChanges(name="Acme"))
    assert account_of("acme@in.example") is not None
    assert account_of("romashka@in.example") is None
    assert [row.slug for row in FormerSlug.objects.all()] == ["romashka"]


def test_names_that_a_mail_domain_keeps_for_itself_are_not_given(db: None) -> None:
    found = [free_slug(name) for name in ("Postmaster", "Contact", "Щука & Ко", "日本")]
    assert found == ["postmaster-2", "contact-2", "shchuka-ko", "account"]


@pytest.mark.parametrize("name", ["admin", "administrator", "webmaster", "hostmaster", "postmaster"])
def test_nobody_gets_an_address_that_certificate_authorities_write_to(db: None, name: str) -> None:
    assert free_slug(name) == f"{name}-2"
