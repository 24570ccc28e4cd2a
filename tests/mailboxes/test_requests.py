"""What is refused before any server is asked, and with which field."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

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


@pytest.mark.rule("M05")
@pytest.mark.parametrize(
    ("host", "typed", "sent"),
    [
        ("imap.gmail.com", "abcd efgh ijkl mnop", "abcdefghijklmnop"),
        ("IMAP.gmail.com", " abcd\xa0efgh\xa0ijkl\xa0mnop\n", "abcdefghijklmnop"),
        ("imap.gmail.com", "my own pass phrase", "my own pass phrase"),  # 15 letters
        ("imap.gmail.com", "abcd efgh ijkl mno1", "abcd efgh ijkl mno1"),
        ("imap.mail.example", "abcd efgh ijkl mnop", "abcd efgh ijkl mnop"),
    ],
)
def test_the_spaces_in_an_app_password_of_gmail_do_not_matter(host: str, typed: str, sent: str) -> None:
    server = replace(SERVER, host=host, password=Secret(typed))
    checked = check_request(replace(REQUEST, imap=server, smtp=replace(server, port=465)))
    assert checked.imap
    assert (checked.imap.password.value, checked.smtp.password.value) == (sent, sent)


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


@pytest.mark.rule("K06", "A12")
def test_an_instance_may_accept_internationalized_domains(settings: Settings) -> None:
    settings.ACCEPT_IDN = True
    asked = replace(
        REQUEST,
        address="Я <me@Bücher.example>",
        imap=replace(SERVER, host="imap.bücher.example", username="me"),
        smtp=replace(SERVER, host="smtp.bücher.example", port=465, username="Я <me@Bücher.example>"),
    )
    checked = check_request(asked)
    assert checked.imap is not None
    assert checked.address == checked.smtp.username == "me@xn--bcher-kva.example"
    assert (checked.imap.host, checked.smtp.host) == ("imap.xn--bcher-kva.example", "smtp.xn--bcher-kva.example")
    assert check_request(replace(REQUEST, address="a@faß.example")).address == "a@xn--fa-hia.example"  # IDNA 2008
    for wrong in ("a@-ü.example", "a@☃.example", "я@acme.example"):
        assert refused(replace(REQUEST, address=wrong)) == "address"


@pytest.mark.rule("K08", "R06")
@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"host": "pop.acme.example"}, "imap.host", "POP3"),
        ({"host": "POP3.acme.example"}, "imap.host", "POP3"),
        ({"port": 995}, "imap.port", "POP3"),
        ({"port": 110}, "imap.port", "POP3"),
        ({"port": 443}, "imap.port", "Exchange"),
        ({"port": 135}, "imap.port", "Exchange"),
        ({"host": "autodiscover.acme.example"}, "imap.host", "Exchange"),
        ({"host": "https://mail.acme.example/EWS/Exchange.asmx"}, "imap.host", "Exchange"),
        ({"host": "mail.acme.example/owa"}, "imap.host", "Exchange"),
    ],
)
def test_pop3_and_exchange_are_answered_why_not(changes: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(SettingRefused) as error:
        check_request(replace(REQUEST, imap=replace(SERVER, **changes)))
    assert error.value.field == field
    assert words in error.value.message
    assert "IMAP" in error.value.message


def test_a_server_whose_name_only_sounds_like_it_is_accepted() -> None:
    for host in ("exchange.acme.example", "popular.example", "mail.popcorn.example"):
        check_request(replace(REQUEST, imap=replace(SERVER, host=host)))
