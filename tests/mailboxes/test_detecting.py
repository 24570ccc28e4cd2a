"""What the dialog shows of an address: provider, servers, way of signing in, guide, warnings."""

from __future__ import annotations

import pytest
from django.utils import translation
from pytest_django import Settings

from mailboxes.detecting import DetectedServer, detect_mailbox
from mailboxes.errors import SettingRefused
from mailboxes.guides import GUIDES, guide_of
from mailkit.providers import list_providers
from tests.servers.connects import watch_connects
from tests.servers.dns_server import DnsServer

pytestmark = pytest.mark.rule("K02")


@pytest.fixture(autouse=True)
def sign_in_clients(settings: Settings) -> None:
    settings.OAUTH_CLIENTS = dict.fromkeys(settings.OAUTH_CLIENTS, ("", ""))


@pytest.mark.rule("K02", "K05")
def test_a_known_provider_is_told_with_all_that_is_needed(settings: Settings) -> None:
    settings.OUTGOING_IPS = ["203.0.113.10"]
    found = detect_mailbox(" Anna@GMail.com ")
    assert (found.provider, found.provider_name, found.source) == ("gmail", "Gmail", "table")
    assert found.imap == DetectedServer("imap.gmail.com", 993, "tls", "Anna@GMail.com")
    assert found.smtp == DetectedServer("smtp.gmail.com", 465, "tls", "Anna@GMail.com")
    assert (found.auth, found.oauth_provider, found.warning) == ("password", "", "")
    assert "App passwords" in found.guide.text
    assert found.guide.url.startswith("https://support.google.com/")
    assert found.outgoing_ips == ("203.0.113.10",)


@pytest.mark.rule("K03")
def test_signing_in_at_the_provider_comes_first_where_it_is_offered(settings: Settings) -> None:
    settings.OAUTH_CLIENTS = {**settings.OAUTH_CLIENTS, "google": ("id", "secret")}
    found = detect_mailbox("anna@gmail.com")
    assert (found.auth, found.oauth_provider) == ("oauth2", "google")
    assert detect_mailbox("anna@yandex.ru").auth == "password"


def test_user_names_are_those_that_the_provider_wants() -> None:
    found = detect_mailbox("anna@icloud.com")
    assert found.imap
    assert found.smtp
    assert (found.imap.username, found.smtp.username) == ("anna", "anna@icloud.com")


def test_a_provider_without_imap_says_so() -> None:
    found = detect_mailbox("anna@proton.me")
    assert (found.imap, found.smtp) == (None, None)
    assert "Proton Mail offers no IMAP" in found.warning
    assert "no IMAP server" in found.guide.text


def test_servers_of_somebody_else_are_warned_of(dns_server: DnsServer) -> None:
    dns_server.add("_imaps._tcp.firma.example", "SRV", "0 1 993 mail.evil.example.")
    found = detect_mailbox("anna@firma.example")
    assert found.is_foreign
    assert "evil.example" in found.warning
    assert "firma.example" in found.warning


def test_an_unknown_domain_gets_names_to_correct(dns_server: DnsServer) -> None:
    dns_server.add("mail.firma.example", "A", "192.0.2.7")
    with watch_connects() as connects:
        found = detect_mailbox("anna@firma.example")
    assert found.imap
    assert (found.source, found.imap.host, found.auth) == ("guess", "mail.firma.example", "password")
    assert "usual names" in found.warning
    assert connects == []


def test_only_ports_that_may_be_used_are_proposed(dns_server: DnsServer, settings: Settings) -> None:
    dns_server.add("_imap._tcp.firma.example", "SRV", "0 1 143 imap.firma.example.")
    settings.MAIL_PORTS = [993, 465]
    assert detect_mailbox("anna@firma.example").source == "guess"


@pytest.mark.rule("K06")
@pytest.mark.parametrize(
    "address", ["", "anna", "a@b@c", "anna@[127.0.0.1]", "anna@127.1", "anna@gmаil.com", "анна@x.ru"]
)
def test_what_is_no_address_here_is_refused_before_anybody_is_asked(address: str, dns_server: DnsServer) -> None:
    with pytest.raises(SettingRefused) as caught:
        detect_mailbox(address)
    assert caught.value.field == "address"
    assert not dns_server.questions


@pytest.mark.rule("K06")
def test_a_domain_in_other_letters_shows_its_plain_name(settings: Settings, dns_server: DnsServer) -> None:
    settings.ACCEPT_IDN = True
    found = detect_mailbox("anna@gmаil.com")  # the second a is Cyrillic
    assert found.address == "anna@xn--gmil-63d.com"
    assert found.imap
    assert (found.provider, found.imap.host) == ("", "imap.xn--gmil-63d.com")


@pytest.mark.parametrize("language", ["en", "ru", "es"])
def test_every_guide_is_readable(language: str) -> None:
    with translation.override(language):
        for provider in list_providers():
            steps = guide_of(provider).steps
            assert steps
            assert all("%" not in step for step in steps)
        assert guide_of(None).text


def test_every_guide_is_used() -> None:
    assert {provider.guide for provider in list_providers()} == GUIDES.keys()
