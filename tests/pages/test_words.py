"""What letters can, pages can: trigger links, and data of every kind of card (M116)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from accounts.models import Account, Membership
from crm.companies import CompanyValues, write_company
from crm.customers import CustomerValues, create_customer
from crm.leads import LeadValues, create_lead
from crm.models import Contact
from pages.links import link_for, make_link
from pages.policies import metrica_script
from pages.previewing import preview_page
from pages.requests import PageFields
from tests.pages.conftest import MakePage, Visit
from tracking.models import Hit, Link, TriggerLink

pytestmark = pytest.mark.django_db
PICTURE = f"data:image/png;base64,{'iVBORw0K' * 50_000}"  # 400 KB: more than a text with fields may have


@pytest.mark.rule("M116")
def test_a_trigger_link_is_one_of_this_page_and_card(make_page: MakePage, ana: Contact, visit: Visit) -> None:
    asked = TriggerLink.objects.create(number=8, name="Call me", redirect_url="https://acme.example/thanks")
    page = make_page('<p><a href="{triggerlink:8}">Call me</a> {weblink}</p>', format="html")
    url, link = link_for(page, card=ana), make_link(page, ana)
    first, second = visit(url).text, visit(url).text
    row = Link.objects.get()
    assert (first, row.tracked_id, row.trigger_link_id) == (second, link.tracked_id, asked.pk)
    assert url in first
    found = re.search(r'href="([^"]+)">Call me', first)
    assert found is not None
    assert found[1].startswith(f"{settings.PUBLIC_URL}/t/")
    answer = visit(found[1])
    assert (answer.status_code, answer["Location"]) == (302, "https://acme.example/thanks")
    assert Hit.objects.filter(link=row).count() == 1


def test_each_kind_of_card_fills_in_its_fields(
    make_page: MakePage, alice: Membership, ana: Contact, visit: Visit
) -> None:
    page = make_page(
        "{{ contact.name|default('-') }} {{ lead.name|default('-') }} {{ company.name|default('-') }} "
        "{{ customer.name|default('-') }} {{ user.name|default('-') }} {{ account.name }}",
        format="text",
    )
    lead = create_lead(LeadValues("Deal", contacts=[ana], responsible=alice))
    company = write_company(CompanyValues("Client Ltd"))
    customer = create_customer(CustomerValues("Ana Morales, regular", contacts=[ana]))
    shown = [
        re.search(r"<main><p>(.*?)</p>", visit(link_for(page, card=card)).text)
        for card in (ana, lead, company, customer)
    ]
    assert [found[1] for found in shown if found] == [
        "Ana Morales - - Ana Morales, regular - Acme",
        "Ana Morales Deal - Ana Morales, regular Alice Archer Acme",
        "- - Client Ltd - - Acme",
        "Ana Morales - - Ana Morales, regular - Acme",
    ]


def test_pictures_of_the_page_stand_in_it(make_page: MakePage, ana: Contact, visit: Visit) -> None:
    page = make_page(f'<p>{{{{ contact.name }}}}<img src="{PICTURE}" alt="A plan"></p>')
    assert PICTURE in visit(link_for(page, card=ana)).text


@pytest.mark.rule("M117")
def test_counters_are_let_in_only_where_they_are_wanted(make_page: MakePage, ana: Contact, visit: Visit) -> None:
    metrica = visit(link_for(make_page(metrica_id="12345678"), card=ana))
    assert metrica_script("12345678") in metrica.text
    policy = metrica["Content-Security-Policy"]
    assert ("https://mc.yandex.ru" in policy, "unsafe-inline" in policy.partition("script-src")[2]) == (True, False)
    manager = visit(link_for(make_page(gtm_id="gtm-ab12cde"), card=ana))
    assert "gtm.js?id=GTM-AB12CDE" in manager.text
    assert "script-src 'unsafe-inline' https:" in manager["Content-Security-Policy"]


def test_a_preview_counts_nothing_and_names_what_is_empty(alice: Membership, in_account: Account) -> None:
    TriggerLink.objects.create(number=8, name="Call me")
    body = '<p>Dear {{ contact.first_name }} <a href="{triggerlink:8}">Call me</a></p>'
    made = preview_page(alice, PageFields(name="Offer", body=body, metrica_id="12345678"), None)
    assert made.empty_fields == ("contact.first_name",)
    assert ("{trigger" in made.html, "mc.yandex" in made.html) == (False, False)
    assert not Link.objects.exists()


def test_plain_text_has_links_and_line_breaks(make_page: MakePage, ana: Contact, visit: Visit) -> None:
    page = make_page("Dear <Ana>\nsee https://acme.example/a", format="text")
    text = visit(link_for(page, card=ana)).text
    assert "Dear &lt;Ana&gt;<br>" in text
    assert urlsplit(re.findall(r'href="([^"]+)"', text)[0]).path == "/a"
