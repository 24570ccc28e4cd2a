"""What is refused before any server is asked, and with which field."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytest_django import Settings

from mailboxes.errors import SettingRefused
from mailboxes.requests import ConnectRequest, ServerRequest, check_request
from mailkit.types import Secret, Security

SERVER = ServerRequest("mail.acme.example", 993, Security.TLS, "alice", Secret("x"))
REQUEST = ConnectRequest("alice@acme.example", "Alice", "personal", SERVER, replace(SERVER, port=465))


def refused(request: ConnectRequest) -> str:
    with pytest.raises(SettingRefused) as error:
        check_request(request)
    assert error.value.message
    return error.value.field


def test_a_usual_request_passes() -> None:
    check_request(REQUEST)
    check_request(replace(REQUEST, imap=None))


@pytest.mark.parametrize("address", ["", "alice", "a@b@c.example", "a@127.0.0.1", "a@[127.0.0.1]"])
def test_a_wrong_address(address: str) -> None:
    assert refused(replace(REQUEST, address=address)) == "address"


@pytest.mark.rule("K06")
@pytest.mark.parametrize("address", ["я@почта.рф", "a@xn--e1aybc.xn--p1ai", "a@bücher.example"])
def test_an_internationalized_domain(address: str) -> None:
    assert refused(replace(REQUEST, address=address)) == "address"


@pytest.mark.rule("K07")
@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "::1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1"])
def test_an_ip_address_as_server_in_every_spelling(host: str, settings: Settings) -> None:
    for settings.EMBEDDED in (False, True):
        assert refused(replace(REQUEST, imap=replace(SERVER, host=host))) == "imap.host"
        assert refused(replace(REQUEST, smtp=replace(SERVER, host=host))) == "smtp.host"


def test_ports_and_plain_text_are_for_the_own_machine_only(settings: Settings) -> None:
    local = replace(SERVER, host="localhost", port=7143, security=Security.NONE)
    settings.EMBEDDED = True
    check_request(replace(REQUEST, imap=local, smtp=local))
    assert refused(replace(REQUEST, imap=replace(SERVER, port=7143))) == "imap.port"
    assert refused(replace(REQUEST, imap=replace(SERVER, security=Security.NONE))) == "imap.security"
    settings.EMBEDDED = False
    assert refused(replace(REQUEST, imap=local)) == "imap.port"
