"""A form on a page writes as one in a letter does (M117, M120)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, Membership
from crm.custom_fields import FieldValues, create_field
from crm.leads import LeadValues, create_lead
from crm.models import Contact
from outbox.web_copies import form_address
from pages.links import link_for
from pages.models import FormAnswer, PageLink
from tests.mailkit.test_composed_forms import SEED_FORM
from tests.pages.conftest import MakePage, Visit
from tests.pages.forms import make_fields, post

pytestmark = pytest.mark.django_db

SNIPPETS = """<form action="{formlink}">
<input name="contact[123456]"> type="text" /> - when filling out this text field
Cash: <input name="lead[321654]" type="radio" value="Cash" />
Online: <input name="lead[321654]" type="radio" value="Online" />
<input name="contact[111222]" type="checkbox" value="1" /> - If you select this checkbox
"""


@pytest.fixture
def form_url(alice: Membership, make_page: MakePage, ana: Contact) -> str:
    make_fields(alice)
    link_for(make_page(SEED_FORM, format="html", number=1028), card=ana)
    return form_address(PageLink.objects.get().tracked_id)


@pytest.mark.rule("M116", "M120")
def test_it_leads_to_us_and_posts(form_url: str, ana: Contact, visit: Visit) -> None:
    assert f'<form action="{form_url}" method="post">' in visit(link_for(1028, card=ana)).text


@pytest.mark.rule("M01")
def test_it_writes_nothing_while_the_mailer_is_off(form_url: str, ana: Contact) -> None:
    Account.objects.update(mailer_enabled=False)
    assert post(form_url, {"contact[11973]": "Ana M."}).status_code == 404
    assert not FormAnswer.objects.exists()


@pytest.mark.rule("M120", "M126")
def test_its_answer_stands_on_the_card(form_url: str, ana: Contact) -> None:
    assert post(form_url, {"contact[11973]": "Ana M.", "lead[620111]": "no lead"}).status_code == 200
    ana.refresh_from_db()
    assert ana.custom_values == {"11973": "Ana M."}
    note = ana.notes.get().text
    assert "The form on the page “Offer” was filled in." in note
    assert "Comment: no lead (There is no card for it.)" in note
    assert FormAnswer.objects.get().page_link == PageLink.objects.get()


@pytest.mark.rule("M120", "M121", "M122")
def test_the_snippets_of_the_manual_work_as_they_stand(
    alice: Membership, make_page: MakePage, ana: Contact, visit: Visit
) -> None:
    create_field(alice, FieldValues("contact", "Name", "text", 123456))
    create_field(alice, FieldValues("contact", "Agrees", "flag", 111222))
    create_field(alice, FieldValues("lead", "Payment", "list", 321654, options=["Cash", "Online"]))
    lead = create_lead(LeadValues("Repair", contacts=[ana]))
    url = link_for(make_page(SNIPPETS, format="html", number=7), card=ana)
    assert 'name="contact[123456]" type="text" aria-label=' in visit(url).text
    answer = {"contact[123456]": "Ana", "lead[321654]": "Online", "contact[111222]": "1"}
    post(form_address(PageLink.objects.get(page__number=7).tracked_id), answer)
    ana.refresh_from_db()
    lead.refresh_from_db()
    assert (ana.custom_values, lead.custom_values) == ({"123456": "Ana", "111222": True}, {"321654": "Online"})


@pytest.mark.rule("M113")
def test_when_the_page_is_expired_so_is_its_form(form_url: str, ana: Contact) -> None:
    PageLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert post(form_url, {"contact[11973]": "late"}).status_code == 404
    assert not ana.notes.exists()


def test_who_follows_the_link_alone_comes_to_the_page(form_url: str, ana: Contact, visit: Visit) -> None:
    answer = visit(form_url)
    assert (answer.status_code, answer["Location"]) == (302, link_for(1028, card=ana))
