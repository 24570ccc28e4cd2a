"""The check of a mail server says which step failed (rule M04)."""

from __future__ import annotations

import ssl
from dataclasses import replace

import pytest

from mailkit.diagnostics import CheckStep, check_imap, check_smtp
from mailkit.network import resolve_public, tls_context
from mailkit.types import Login, Secret, Security, ServerAddress
from tests.servers.dovecot import DovecotServer
from tests.servers.local import resolve_local
from tests.servers.smtp_sink import SmtpSink


def steps_of_imap(server: ServerAddress, login: Login, tls: ssl.SSLContext) -> list[CheckStep]:
    return check_imap(server, login, connect_seconds=10, read_seconds=10, tls=tls, resolve=resolve_local)


def outcome(steps: list[CheckStep]) -> list[tuple[str, bool, str]]:
    return [(step.step, step.ok, step.error_code) for step in steps]


@pytest.mark.dovecot
@pytest.mark.rule("M04")
def test_all_steps_of_a_working_server_pass(dovecot: DovecotServer, client_tls: ssl.SSLContext) -> None:
    steps = steps_of_imap(dovecot.address(Security.STARTTLS), dovecot.login(dovecot.new_user()), client_tls)
    assert [step.step for step in steps] == ["dns", "connect", "tls", "login", "folders"]
    assert all(step.ok and step.protocol == "imap" for step in steps)


@pytest.mark.dovecot
@pytest.mark.rule("M04")
def test_a_wrong_password_fails_at_the_login(dovecot: DovecotServer, client_tls: ssl.SSLContext) -> None:
    wrong = replace(dovecot.login(dovecot.new_user()), secret=Secret("wrong"))
    steps = steps_of_imap(dovecot.address(Security.TLS), wrong, client_tls)
    assert outcome(steps)[-1] == ("login", False, "login_refused")
    assert "Authentication failed" in steps[-1].reply
    assert all(step.ok for step in steps[:-1])


@pytest.mark.dovecot
@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_an_unknown_authority_fails_at_tls(dovecot: DovecotServer, security: Security) -> None:
    steps = steps_of_imap(dovecot.address(security), dovecot.login("a@x.test"), tls_context())
    assert outcome(steps) == [("dns", True, ""), ("connect", True, ""), ("tls", False, "tls_refused")]


def test_a_closed_port_fails_at_connect(client_tls: ssl.SSLContext) -> None:
    steps = steps_of_imap(ServerAddress("localhost", 1, Security.TLS), Login("a", Secret("b")), client_tls)
    assert outcome(steps) == [("dns", True, ""), ("connect", False, "connection_failed")]


@pytest.mark.rule("K07")
def test_an_ip_address_fails_before_anything_is_asked(client_tls: ssl.SSLContext) -> None:
    steps = check_imap(
        ServerAddress("0x7f.1", 993, Security.TLS),
        Login("a", Secret("b")),
        connect_seconds=1,
        read_seconds=1,
        tls=client_tls,
        resolve=resolve_public,
    )
    assert outcome(steps) == [("dns", False, "host_refused")]


@pytest.mark.rule("M04")
def test_smtp_is_checked_apart(smtp_sink: SmtpSink, client_tls: ssl.SSLContext) -> None:
    def check(login: Login) -> list[CheckStep]:
        server = smtp_sink.address()
        return check_smtp(server, login, connect_seconds=5, read_seconds=5, tls=client_tls, resolve=resolve_local)

    assert [step.step for step in check(smtp_sink.login()) if step.ok] == ["dns", "connect", "login"]
    refused = check(replace(smtp_sink.login(), secret=Secret("wrong")))
    assert outcome(refused)[-1] == ("login", False, "login_refused")
    assert smtp_sink.letters == []
