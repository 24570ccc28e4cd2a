"""Whose letter it is proven to be is whose letter it is shown to be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from smart_addresses.models import ArrivedLetter
from smart_addresses.verifying import verify
from tests.mailkit.signing import PEER, fill, signed
from tests.servers.dns_server import DnsServer
from tests.smart_addresses.arrivals import take
from threads.raw_store import read_raw

pytestmark = pytest.mark.usefixtures("in_account")


@pytest.fixture
def dns(settings: Settings) -> Iterator[None]:
    server = DnsServer()
    server.start()
    fill(server)
    settings.DNS_SERVERS = [server.address]
    yield
    server.stop()


@pytest.mark.rule("G03")
@pytest.mark.parametrize(
    ("shown", "is_verified"), [("Bob@Client.example", True), ("boss@bank.example", False), ("", False)]
)
def test_only_the_sender_that_was_checked_is_proven(dns: None, shown: str, is_verified: bool) -> None:
    letter = ArrivedLetter.objects.get(pk=take("filing", signed(), mail_from="bob@client.example", dmarc=""))
    letter.peer = PEER
    verify(letter, read_raw(letter.raw_name), shown=shown)
    letter.refresh_from_db()
    assert (letter.dmarc, letter.is_verified) == ("pass", is_verified)
