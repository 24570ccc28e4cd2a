"""Letters by way of a real Postfix in front, as docs/operations.md sets it up."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from pytest_django import Settings

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from smart_addresses.models import ArrivedLetter
from tests.servers import postfix as postfix_process
from tests.servers.postfix import Postfix
from tests.smart_addresses.running import LETTER, RunningListener, running_listener
from threads.raw_store import read_raw

__all__ = ["running_listener"]
pytestmark = pytest.mark.django_db(transaction=True)
NAME = "mx.in.example"
CYRILLIC = (
    "Message-ID: <2@client.example>\r\nFrom: Боб <боб@client.example>\r\nTo: acme@in.example\r\nSubject: Привет\r\n"
    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nДобрый день\r\n"
).encode()


@pytest.fixture(autouse=True, scope="module")
def needs_postfix() -> None:
    if not postfix_process.is_installed():
        pytest.skip("Postfix is not installed: apt-get install postfix")
    if os.getuid() != 0:
        pytest.skip("Postfix runs for root only")


@pytest.fixture(autouse=True)
def certificate(settings: Settings, mail_authority: trustme.CA, tmp_path: Path) -> None:
    """Before the listener starts."""
    settings.SMTPD_TLS_CERT = str(tmp_path / "certificate.pem")
    mail_authority.issue_cert(NAME).private_key_and_cert_chain_pem.write_to_path(settings.SMTPD_TLS_CERT)


ASKS_FIRST = """
smtpd_recipient_restrictions = check_recipient_access inline:{in.example=reject_unverified_recipient}
unverified_recipient_reject_code = 550
"""


@pytest.fixture(params=["smtp", "lmtp"])
def postfix(
    request: pytest.FixtureRequest, running_listener: RunningListener, mail_authority: trustme.CA
) -> Iterator[Postfix]:
    """Its ways to the listener are encrypted, and it knows the certificate."""
    kind, _, more = request.param.partition(" ")
    ways = {"smtp": f"[127.0.0.1]:{running_listener.port}", "lmtp": f"inet:127.0.0.1:{running_listener.lmtp_port}"}
    way = f"{kind}:{ways[kind]}"
    with mail_authority.cert_pem.tempfile() as ca_file:
        Path(ca_file).chmod(0o644)
        settings = f"""
            relay_domains = in.example
            transport_maps = inline:{{ {{in.example={way}}}, {{.in.example={way}}} }}
            lmtp_send_xforward_command = yes
            message_size_limit = 36700160
            {kind}_tls_security_level = verify
            {kind}_tls_verify_cert_match = {NAME}
            {kind}_tls_CAfile = {ca_file}
            {more}
        """
        with postfix_process.running("\n".join(line.strip() for line in settings.splitlines())) as running:
            yield running


by_lmtp = pytest.mark.parametrize("postfix", ["lmtp"], indirect=True)


def kept(member: Membership) -> list[ArrivedLetter]:
    with tenant(member.account_id):
        return list(ArrivedLetter.objects.order_by("pk"))


def test_letters_come_whole(alice: Membership, postfix: Postfix) -> None:
    postfix.send("bob@client.example", ["acme@in.example", "lead@acme.in.example"], LETTER)
    postfix.send("боб@client.example", ["contact@acme.in.example"], CYRILLIC, options=["SMTPUTF8", "BODY=8BITMIME"])
    assert all(outcome.endswith(" sent (250 2.0.0 Kept)") for outcome in postfix.outcomes(3))
    letters = {letter.address: letter for letter in kept(alice)}
    assert set(letters) == {"filing", "lead", "contact"}
    cyrillic = letters["contact"]
    assert cyrillic.mail_from == "боб@client.example"
    with tenant(alice.account_id):
        assert read_raw(cyrillic.raw_name).endswith("\r\n\r\nДобрый день\r\n".encode())


def test_one_wrong_address_comes_back_and_the_others_are_kept(
    alice: Membership, charlie: Membership, postfix: Postfix
) -> None:
    postfix.send("globex@in.example", ["acme@in.example", "nobody@in.example"], LETTER)
    outcomes = postfix.outcomes(3)
    assert any(outcome.startswith("nobody@in.example bounced") for outcome in outcomes)
    assert len(kept(alice)) == 1
    [bounce] = kept(charlie)
    assert (bounce.mail_from, bounce.peer) == ("", "127.0.0.1")
    with tenant(charlie.account_id):
        assert b"550 5.1.1 There is no such address" in read_raw(bounce.raw_name)


def test_it_keeps_what_we_cannot(alice: Membership, postfix: Postfix, settings: Settings, tmp_path: Path) -> None:
    storages, file = settings.STORAGES, tmp_path / "file"
    file.touch()
    away = {"BACKEND": "crm_mail.storage.FolderStorage", "OPTIONS": {"location": str(file)}}
    settings.STORAGES = {**storages, "default": away}
    postfix.send("bob@client.example", ["acme@in.example"], LETTER)
    assert "deferred (host 127.0.0.1[127.0.0.1] said: 451 4.3.0 The letter cannot" in postfix.outcomes(1)[0]
    assert kept(alice) == []
    settings.STORAGES = storages
    postfix.flush()
    assert "sent" in postfix.outcomes(2)[1]
    assert len(kept(alice)) == 1


@by_lmtp
def test_by_lmtp_it_hears_of_each_recipient_and_says_who_its_peer_was(
    alice: Membership, charlie: Membership, postfix: Postfix
) -> None:
    Account.objects.filter(slug="acme").update(smart_senders=Account.SmartSenders.USERS)
    unknown = [f"{number}@in.example" for number in range(20)]
    postfix.send("lead@globex.in.example", ["acme@in.example", "globex@in.example", *unknown], LETTER)
    outcomes = [outcome.split(" (")[0] for outcome in postfix.outcomes(23)]
    refused = [f"{address} bounced" for address in unknown]
    assert sorted(outcomes) == sorted(
        [*refused, "acme@in.example bounced", "globex@in.example sent", "lead@globex.in.example sent"]
    )
    assert kept(alice) == []
    letters = [(letter.address, letter.peer, letter.helo) for letter in kept(charlie)]
    assert letters == [("filing", "192.0.2.77", "mail.client.example"), ("lead", "127.0.0.1", "mx.acme.example")]


@pytest.mark.parametrize("postfix", [f"lmtp {ASKS_FIRST}"], ids=["lmtp"], indirect=True)
def test_it_asks_us_for_a_recipient_before_it_takes_a_letter(alice: Membership, postfix: Postfix) -> None:
    unknown = ["nobody@in.example", "lead@nobody.in.example"]
    refused = postfix.send("bob@client.example", ["acme@in.example", *unknown], LETTER)
    assert {address: reply[0] for address, reply in refused.items()} == dict.fromkeys(unknown, 550)
    postfix.outcomes(4)  # three questions, and the letter
    assert len(kept(alice)) == 1
