"""A test to oneself looks as the client's letter would; nothing that is done in it comes to his cards."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from accounts.models import Membership
from automation import news
from automation.models import Run
from crm.contacts import ContactValues, create_contact
from crm.leads import LeadValues, create_lead
from crm.models import Lead
from letter_templates.models import Template
from mailboxes.models import Mailbox
from outbox.composing import compose
from outbox.mailing_recipients import Selection
from outbox.mailings import MailingValues, create_mailing
from outbox.mailings import send_test as send_test_of_mailing
from outbox.models import OutgoingMail
from outbox.template_letters import ForCard
from outbox.template_letters import send_test as send_test_of_template
from pages.models import FormAnswer
from tests.automation.letters import make_link, make_trigger
from tests.conftest import MakeMailbox
from tests.pages.forms import get, make_fields, post
from tracking.models import Hit, Tracked

pytestmark = pytest.mark.django_db

FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"}
FORM = '<form action="{formlink}"><input name="lead[620111]"></form>'


@pytest.fixture
def lead(alice: Membership, in_account: None) -> Lead:
    make_fields(alice)
    ann = create_contact(ContactValues("Ann", emails=["ann@client.example"]))
    return create_lead(LeadValues("Repair", contacts=[ann]))


@pytest.fixture
def mailbox(alice: Membership, in_account: None, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("alice@acme.example", owner=alice)


@pytest.fixture(params=["mailing", "template"])
def mail(request: pytest.FixtureRequest, alice: Membership, lead: Lead, mailbox: Mailbox) -> OutgoingMail:
    """As it goes out to Alice. Its first link thanks, its second leads to a shop."""
    note = make_trigger(alice, "note", text="clicked")
    links = make_link(alice, note, once=True), make_link(alice, note, url="https://acme.example/shop")
    body = "".join(f'<a href="{{triggerlink:{link.number}}}">see</a>' for link in links)
    body += f'<a href="{{weblink}}">web</a>{FORM}'
    words: dict[str, Any] = {"subject": "For {{contact.first_name}}", "format": "html", "body": body}
    if request.param == "mailing":
        values = MailingValues(name="News", mailbox_id=mailbox.pk, track_opens=True, track_links=True, **words)
        made = send_test_of_mailing(alice, create_mailing(alice, Selection("lead", [lead.pk]), values).pk, 0)
    else:
        template = Template.objects.create(name="Offer", from_mailbox=mailbox, is_public=True, **words)
        made = send_test_of_template(alice, template.pk, ForCard(lead_id=lead.pk))
    return OutgoingMail.objects.get(pk=made.pk)


def addresses(mail: OutgoingMail, kind: str) -> list[str]:
    return re.findall(rf'="([^"]+/{kind}/[A-Za-z0-9_-]{{43}})"', unescape(compose(mail).html))


@pytest.mark.rule("M80", "M81", "M83")
def test_its_trigger_links_lead_where_they_would_and_start_nothing(mail: OutgoingMail) -> None:
    thanks, shop, *_bait = addresses(mail, "t")
    for _ in range(2):
        assert "Thank you" in get(thanks, None, **FIREFOX).text
        assert get(shop, None, **FIREFOX)["Location"] == "https://acme.example/shop"
    assert not Hit.objects.exists()
    tracked = Tracked.objects.get()
    assert (tracked.click_count, tracked.machine_count) == (0, 0)
    news.note_waiting()
    assert not Run.objects.exists()


@pytest.mark.rule("M120", "M125")
def test_its_form_answers_and_writes_nothing(mail: OutgoingMail, lead: Lead) -> None:
    (form,) = addresses(mail, "f")
    for send in (get, post):
        answer = send(form, {"lead[620111]": "only a try"}, **FIREFOX)
        assert (answer.status_code, "Thank you" in answer.text) == (200, True)
    lead.refresh_from_db()
    assert lead.custom_values == {}
    assert not lead.notes.exists()
    assert not FormAnswer.objects.exists()


@pytest.mark.rule("M97")
def test_its_web_version_is_shown_and_counts_as_nothing(mail: OutgoingMail) -> None:
    (web,) = addresses(mail, "w")
    shown = get(web, None, **FIREFOX)
    assert shown.status_code == 200
    assert shown.text.count("/t/") == 2
    assert not Hit.objects.exists()
