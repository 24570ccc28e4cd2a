"""`mailboxes/detect/` and `mailboxes/{id}/domain/`."""

from __future__ import annotations

from uuid import uuid4

import pytest
from pytest_django import Settings

from accounts.models import Membership
from mailboxes.limits import LIMITS
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, assert_closed, json_of, problem_of
from tests.servers.dns_server import DnsServer

pytestmark = pytest.mark.django_db


@pytest.mark.rule("K02", "K05")
def test_an_address_is_enough(bob_api: ApiClient, settings: Settings) -> None:
    settings.OUTGOING_IPS = ["203.0.113.10"]
    found = json_of(bob_api.post("mailboxes/detect/", {"address": "bob@fastmail.com"}))
    server = {"port": 993, "security": "tls", "username": "bob@fastmail.com"}
    assert found["imap"] == {"host": "imap.fastmail.com", **server}
    assert found["smtp"] == {"host": "smtp.fastmail.com", **server, "port": 465}
    assert found["guide"]["text"].splitlines() == found["guide"]["steps"]
    assert found["guide"]["url"].startswith("https://www.fastmail.help/")
    kept = ("provider", "provider_name", "auth", "oauth_provider", "outgoing_ips", "warning", "found_by", "is_foreign")
    assert [found[name] for name in kept] == [
        "fastmail", "Fastmail", "password", "", ["203.0.113.10"], "", "table", False,
    ]  # fmt: skip


@pytest.mark.rule("K02")
def test_an_unknown_domain_is_asked(bob_api: ApiClient, dns_server: DnsServer) -> None:
    dns_server.add("firma.example", "MX", "10 mx.yandex.net.")
    found = json_of(bob_api.post("mailboxes/detect/", {"address": "bob@firma.example"}))
    assert (found["provider"], found["found_by"], found["imap"]["host"]) == ("yandex", "mx", "imap.yandex.com")


@pytest.mark.rule("K06")
@pytest.mark.parametrize("body", [{}, {"address": ""}, {"address": "bob"}, {"address": "bob@почта.example"}])
def test_what_is_no_address_is_refused(bob_api: ApiClient, body: dict[str, str]) -> None:
    problem = problem_of(bob_api.post("mailboxes/detect/", body), 400)
    assert problem["errors"][0]["pointer"] == "#/address"


def test_too_many_questions_are_refused_for_a_while(
    bob_api: ApiClient, alice_api: ApiClient, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    default = {**settings.CACHES["default"], "KEY_PREFIX": uuid4().hex}  # nothing is counted yet
    settings.CACHES = {"default": default}
    monkeypatch.setitem(LIMITS, "detect", type(LIMITS["detect"])(member=2, account=100))
    for _time in range(2):
        json_of(bob_api.post("mailboxes/detect/", {"address": "bob@gmail.com"}))
    refused = bob_api.post("mailboxes/detect/", {"address": "bob@gmail.com"})
    problem_of(refused, 429)
    assert int(refused["Retry-After"]) > 0
    json_of(alice_api.post("mailboxes/detect/", {"address": "bob@gmail.com"}))


@pytest.mark.rule("R15", "M100")
def test_the_sending_domain_is_reported(bob_api: ApiClient, sales: Mailbox, dns_server: DnsServer) -> None:
    dns_server.add("_dmarc.acme.example", "TXT", '"v=DMARC1; p=none"')
    dns_server.add("s1-own._domainkey.acme.example", "TXT", '"p=abc"')
    found = json_of(bob_api.get(f"mailboxes/{sales.pk}/domain/", selector="s1-own"))
    assert (found["domain"], found["is_own"], found["warning"]) == ("acme.example", True, "")
    spf, dkim, dmarc, mx = found["rows"]
    assert (spf["check"], spf["state"], spf["type"], spf["name"]) == ("spf", "bad", "TXT", "acme.example")
    assert (dkim["state"], dmarc["state"], mx["state"]) == ("ok", "ok", "bad")
    assert dmarc["found"] == "v=DMARC1; p=none"
    problem_of(bob_api.get(f"mailboxes/{sales.pk}/domain/", selector="a b"), 400)


@pytest.mark.rule("G10", "K23")
def test_others_are_refused(alices_own: Mailbox, sales: Mailbox, bob: Membership, charlie: Membership) -> None:
    for mailbox, stranger in ((alices_own, bob), (sales, charlie)):
        assert_closed("GET", f"mailboxes/{mailbox.pk}/domain/", stranger=stranger, without=["contacts:read"])
    problem_of(ApiClient().post("mailboxes/detect/", {"address": "a@gmail.com"}), 401)
    problem_of(ApiClient(bob, ["mail:read"]).post("mailboxes/detect/", {"address": "a@gmail.com"}), 403)
