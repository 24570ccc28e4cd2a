"""Settings, Audit log: in words, narrowed, and a page at a time."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from accounts.audit import record
from accounts.members import RightsChanges, change_rights
from accounts.models import Account, AuditEvent, Membership
from accounts.tenancy import tenant
from tests.conftest import MakeMailbox
from web.audit_words import BY_ACTION

SignIn = Callable[[Membership], Client]
ROOT = Path(__file__).resolve().parents[2]


def text_of(client: Client, query: str = "", **headers: str) -> str:
    return unescape(client.get(reverse("audit") + query, headers=headers).content.decode())


@pytest.mark.rule("G12")
def test_it_says_who_did_what_to_whom(
    signed_in: SignIn, alice: Membership, bob: Membership, make_mailbox: MakeMailbox, in_account: Account
) -> None:
    change_rights(alice, bob, RightsChanges(role="admin"))
    record(None, "mailbox.disconnected", target=make_mailbox("sales@acme.example", account_of=alice), emails="delete")
    record(alice, "of.a.later.version", target=bob, percent="100 %")
    page = text_of(signed_in(alice))
    assert "Changed the rights of Bob Baker" in page
    assert "(role: Administrator)" in page
    assert "Disconnected sales@acme.example" in page
    assert "The system" in page
    assert "of.a.later.version" in page


def test_changed_settings_carry_the_names_of_their_form(
    signed_in: SignIn, alice: Membership, make_mailbox: MakeMailbox, in_account: Account
) -> None:
    box = make_mailbox("sales@acme.example", account_of=alice)
    record(alice, "mailbox.settings_changed", target=box, fields="display_name signature of_a_later_version")
    record(alice, "account.changed", fields="timezone")
    page = text_of(signed_in(alice))
    assert "(Name shown to recipients, Signature, of_a_later_version)" in page
    assert "(Time zone)" in page


def test_it_is_narrowed(signed_in: SignIn, alice: Membership, bob: Membership, in_account: Account) -> None:
    record(alice, "token.created", scopes="mail:read")
    record(bob, "messages.deleted", count=3)
    AuditEvent.objects.filter(action="token.created").update(created_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    client = signed_in(alice)
    assert "(3 letters)" in text_of(client, f"?who={bob.pk}")
    assert "Made an API token" not in text_of(client, f"?who={bob.pk}")
    assert "(3 letters)" not in text_of(client, "?what=token.")
    of_that_day = text_of(client, "?since=2026-03-01&until=2026-03-01")
    assert "Made an API token" in of_that_day
    assert "(3 letters)" not in of_that_day
    assert "Nothing found" in text_of(client, "?until=2020-01-01")
    assert "(3 letters)" in text_of(client, "?who=nobody&since=never")


@pytest.mark.parametrize("query", ["?until=9999-12-31", "?since=0001-01-01", "?since=9999-12-31&until=0001-01-01"])
def test_the_first_and_the_last_day_of_all_are_days(signed_in: SignIn, alice: Membership, query: str) -> None:
    assert signed_in(alice).get(reverse("audit") + query).status_code == 200


def test_more_is_loaded_below(signed_in: SignIn, alice: Membership, in_account: Account) -> None:
    for number in range(60):
        record(alice, "messages.deleted", count=number + 100)
    client = signed_in(alice)
    first = client.get(reverse("audit"), {"what": "messages."})
    rest = client.get(reverse("audit") + "?" + first.context["next_query"], headers={"HX-Request": "true"})
    assert "(159 letters)" in first.content.decode()
    assert "(100 letters)" in rest.content.decode()
    assert "<main" not in rest.content.decode()
    assert rest.context["next_query"] == ""


def test_another_account_has_a_log_of_its_own(signed_in: SignIn, alice: Membership, charlie: Membership) -> None:
    with tenant(alice.account_id):
        record(alice, "messages.deleted", count=77)
    assert "77 letters" not in text_of(signed_in(charlie))


def test_everything_that_is_written_down_has_words() -> None:
    recorded = re.compile(r"(?:\brecord|\b_note|\b_write)\(\s*[^\"()]*(?:\([^()]*\)[^\"()]*)*\"([a-z]+\.[a-z_]+)\"")
    rooms = ("accounts", "api", "crm", "letter_templates", "mailboxes", "outbox", "sync", "threads", "web", "crm_mail")
    sources = [path.read_text(encoding="utf-8") for room in rooms for path in (ROOT / room).rglob("*.py")]
    found = {action for source in sources for action in recorded.findall(source)}
    assert {"user.rights_changed", "mailbox.paused", "group.created"} <= found
    assert found - set(BY_ACTION) == set()
