"""The report of a check: bounded in time, and in words that fit the provider."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytest_django import Settings

from mailboxes.advice import BY_CODE, advice_for
from mailboxes.checking import ReportedStep, check_servers
from mailboxes.requests import ConnectRequest
from mailkit.providers import provider_named


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


@pytest.mark.rule("M04")
def test_a_server_that_hangs_does_not_hold_the_person(request_for: ConnectRequest, silent_port: int) -> None:
    assert request_for.imap is not None
    hanging = replace(request_for, imap=replace(request_for.imap, port=silent_port))
    report = check_servers(hanging, seconds=0.5)
    [failed] = [step for step in report.steps if step.ok is False]
    assert (report.status, failed.protocol, failed.code) == ("gray", "imap", "too_slow")
    assert "too slowly" in failed.error
    assert all(step.ok for step in report.steps if step.protocol == "smtp")


@pytest.mark.rule("M05", "A01", "A02", "R05")
@pytest.mark.parametrize(
    ("host", "words", "link"),
    [
        ("imap.gmail.com", "App passwords", "support.google.com"),
        ("outlook.office365.com", "Microsoft", "microsoft.com"),
        ("imap.mail.ru", "Passwords for external apps", "mail.ru"),
        ("imap.mail.yahoo.com", "app password", "yahoo.com"),
        ("mail.acme.example", "app password", ""),
    ],
)
def test_a_refused_password_names_the_likely_cause_of_that_provider(host: str, words: str, link: str) -> None:
    step = ReportedStep("imap", "login", ok=False, code="login_refused", reply="NO", host=host)
    assert words in step.advice
    assert link in step.link
    assert bool(step.link) == bool(link)
    assert "less secure" not in step.advice.lower()


@pytest.mark.rule("M05", "R02")
@pytest.mark.parametrize("code", ["imap_disabled", "web_login_required", "contact_admin"])
def test_what_the_provider_wants_first_is_said_with_its_help_page(code: str) -> None:
    gmail = advice_for(code, provider=provider_named("gmail"))
    assert gmail
    assert gmail.do == BY_CODE[code].do
    assert "support.google.com" in gmail.link


def test_other_faults_have_the_same_words_everywhere() -> None:
    provider = provider_named("gmail")
    assert advice_for("tls_refused", provider=provider) == advice_for("tls_refused")
    assert advice_for("", provider=provider) is None


@pytest.mark.rule("K05")
def test_where_nobody_answers_our_addresses_are_named(settings: Settings) -> None:
    settings.OUTGOING_IPS = ["203.0.113.10"]
    advice = advice_for("no_connection")
    assert advice is not None
    assert str(advice.do).endswith("203.0.113.10")
