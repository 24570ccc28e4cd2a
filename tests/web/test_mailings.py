"""The screens of mailings: from ticked rows to a mailing on its way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from outbox.feeding import feed
from outbox.models import Mailing
from tests.conftest import MakeMailbox
from tests.outbox.mailing_world import mailing_to, people, person, started

SignIn = Callable[[Membership], Client]
pytestmark = [pytest.mark.usefixtures("in_account"), pytest.mark.rule("M10", "M12")]


@pytest.fixture
def sales(alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("sales@acme.example", account_of=alice)


def test_ticked_rows_become_a_mailing_that_shows_only_how_many(
    alice: Membership, signed_in: SignIn, sales: Mailbox
) -> None:
    ids = [one.pk for one in people(3)]
    made = signed_in(alice).post("/settings/mailer/mailings/new/contact/", {"ids": ids})
    page = signed_in(alice).get(made["Location"]).content.decode()
    assert "<b>3</b> people" in page
    assert "person0@client.example" not in page


def test_all_that_a_list_has_is_its_filter(alice: Membership, signed_in: SignIn) -> None:
    person("Ana", "ana@client.example")
    person("Ben", "ben@client.example")
    signed_in(alice).post("/settings/mailer/mailings/new/contact/", {"all": "2", "q": "ana", "ids": "7"})
    mailing = Mailing.objects.get()
    assert mailing.selection == {"kind": "contact", "filter": "q=ana"}
    assert mailing.recipient_count == 1


@pytest.mark.rule("M99", "M100")
def test_written_looked_at_started_paused(alice: Membership, signed_in: SignIn, sales: Mailbox) -> None:
    mailing = mailing_to(alice, sales, people(2))
    browser, url = signed_in(alice), f"/settings/mailer/mailings/{mailing.pk}/"
    typed = {"name": "News", "sender": str(sales.pk), "subject": "New", "format": "visual", "body": "<p>Hello</p>"}
    saved = browser.post(url, {**typed, "file_list": "[]", "triggers": "{}", "check": "1"})
    assert saved["Location"] == f"{url}?start=1"
    shown = browser.post(f"{url}preview/", {**typed, "card": "recipient:1", "body": "<p>{{contact.name}}</p>"})
    assert "Person0001" in shown.content.decode()
    refused = browser.post(f"{url}start/")
    assert refused.status_code == 422
    assert "link to unsubscribe" in refused.content.decode()
    browser.post(f"{url}unsubscribe-link/")
    assert browser.post(f"{url}start/", {"read": "on"}).status_code == 302
    assert browser.post(f"{url}pause/").status_code == 200
    mailing.refresh_from_db()
    assert (mailing.state, mailing.subject) == ("paused", "New")
    assert "2" in browser.get(url).content.decode()
    assert b"waiting,2" in browser.get(f"{url}results.csv").content


@pytest.mark.rule("M95", "M96")
def test_letters_tab_shows_queue_history_and_reports(alice: Membership, signed_in: SignIn, sales: Mailbox) -> None:
    mailing = started(alice, sales, people(2))
    feed(mailing.pk)
    browser = signed_in(alice)
    assert "News" in browser.get("/settings/mailer/letters/").content.decode()
    found = browser.get(f"/settings/mailer/letters/history/?mailing={mailing.pk}&state=queued").content.decode()
    assert found.count('class="msg pending"') == 2
    assert 'class="msg pending"' not in browser.get("/settings/mailer/letters/history/?state=sent").content.decode()
    mailing.letters.update(state="sent", sent_at=mailing.started_at)
    assert b",2,0,0,0,0,0" in browser.get("/settings/mailer/reports/?csv=1").content
    assert browser.get("/settings/mailer/reports/?by=template").status_code == 200
    assert browser.get("/settings/mailer/mailings/").status_code == 200


@pytest.mark.rule("M99")
def test_addresses_are_put_on_the_list_and_taken_off(alice: Membership, signed_in: SignIn) -> None:
    browser, url = signed_in(alice), "/settings/mailer/letters/suppressions/"
    assert browser.post(url, {"address": "no address"}).status_code == 422
    browser.post(url, {"address": "ana@client.example"})
    page = browser.get(url).content.decode()
    assert "ana@client.example" in page


@pytest.mark.rule("M01", "G10")
def test_others_get_none_of_it(bob: Membership, charlie: Membership, signed_in: SignIn, sales: Mailbox) -> None:
    with tenant(bob.account_id):
        alice = Membership.objects.get(role="admin")
        mailing = started(alice, sales, people(1))
    for path in ("letters/", "letters/history/", "reports/", "mailings/", f"mailings/{mailing.pk}/"):
        assert signed_in(bob).get(f"/settings/mailer/{path}").status_code == 403
    for path in ("", "state/", "results.csv"):
        assert signed_in(charlie).get(f"/settings/mailer/mailings/{mailing.pk}/{path}").status_code == 404
    assert signed_in(charlie).post(f"/settings/mailer/mailings/{mailing.pk}/pause/").status_code == 404
