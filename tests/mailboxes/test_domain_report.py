"""The sending domain of a mailbox in words."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from mailboxes.domain_report import PURPOSES, TITLES, WORDS, DomainReport, report_domain
from mailboxes.errors import SettingRefused
from mailboxes.models import Mailbox
from tests.conftest import MakeMailbox
from tests.servers.dns_server import DnsServer

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R15", "M100")]


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    """Of the account's own domain, whose mail Google sends."""
    mailbox = make_mailbox("sales@firma.example", account_of=alice)
    mailbox.smtp_host = "smtp.gmail.com"
    return mailbox


def states(report: DomainReport) -> dict[str, str]:
    return {row.check: row.state for row in report.rows}


def test_what_is_missing_is_explained_with_the_record_to_add(sales: Mailbox) -> None:
    report = report_domain(sales)
    assert (report.domain, report.is_own, report.warning) == ("firma.example", True, "")
    assert states(report) == dict.fromkeys(["spf", "dkim", "dmarc", "mx"], "bad")
    spf = report.rows[0]
    assert (spf.kind, spf.name, spf.record) == ("TXT", "firma.example", "v=spf1 include:_spf.google.com ~all")
    assert "forged" in spf.explanation


def test_what_is_well_asks_for_nothing(sales: Mailbox, dns_server: DnsServer) -> None:
    dns_server.add("firma.example", "TXT", '"v=spf1 include:_spf.google.com -all"')
    dns_server.add("google._domainkey.firma.example", "TXT", '"v=DKIM1; p=abc"')
    dns_server.add("_dmarc.firma.example", "TXT", '"v=DMARC1; p=reject"')
    dns_server.add("firma.example", "MX", "1 smtp.google.com.")
    report = report_domain(sales)
    assert set(states(report).values()) == {"ok"}
    assert {(row.name, row.record) for row in report.rows} == {("", "")}


def test_an_address_of_everybody_is_warned_and_gets_no_records(sales: Mailbox) -> None:
    sales.address = "firma@gmail.com"
    report = report_domain(sales)
    assert not report.is_own
    assert "Gmail" in report.warning
    assert {row.record for row in report.rows} == {""}


def test_a_key_is_looked_for_under_the_name_given(sales: Mailbox, dns_server: DnsServer) -> None:
    dns_server.add("s2026._domainkey.firma.example", "TXT", '"v=DKIM1; p=abc"')
    assert states(report_domain(sales, selector=" S2026 "))["dkim"] == "ok"
    for wrong in ("a b", "a_" * 60, "x@y", "127.0.0.1/"):
        with pytest.raises(SettingRefused) as caught:
            report_domain(sales, selector=wrong)
        assert caught.value.field == "selector"


def test_a_dns_that_does_not_answer_is_said(sales: Mailbox, dns_server: DnsServer) -> None:
    dns_server.broken.add("firma.example")
    spf = report_domain(sales).rows[0]
    assert (spf.state, spf.explanation) == ("unknown", "The DNS did not answer. Try again later.")


def test_every_check_has_its_words() -> None:
    assert {check for check, _reason in WORDS} == TITLES.keys() == PURPOSES.keys()
