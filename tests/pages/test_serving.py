"""What a client gets by the link of a page (M110-M114)."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import Account, Membership
from accounts.public_tokens import make_token
from crm.contacts import ContactValues, create_contact
from crm.models import Contact
from pages.links import link_for, make_link, revoke_link
from pages.models import PageLink
from pages.pages import save_page
from pages.rendering import clean_short_body
from pages.requests import fields_of
from tests.pages.conftest import MakePage, Visit
from tracking.models import Hit

pytestmark = pytest.mark.django_db


@pytest.mark.rule("M110", "M111", "M112")
def test_a_page_shows_the_data_of_its_card(make_page: MakePage, ana: Contact, visit: Visit) -> None:
    url = link_for(make_page(header="For {{ contact.name }}", title="spring-offer"), card=ana)
    answer = visit(url)
    assert urlsplit(url).path.endswith("/spring-offer")
    assert (answer.status_code, "Dear Ana" in answer.text) == (200, True)
    assert "<title>For Ana Morales</title>" in answer.text


@pytest.mark.rule("M01")
def test_it_is_not_there_while_the_mailer_is_off(make_page: MakePage, ana: Contact, visit: Visit) -> None:
    url = link_for(make_page(), card=ana)
    Account.objects.update(mailer_enabled=False)
    assert visit(url).status_code == 404
    assert not Hit.objects.exists()
    Account.objects.update(mailer_enabled=True)
    assert visit(url).status_code == 200


def test_it_sets_no_cookie_and_stays_out_of_search_engines(make_page: MakePage, ana: Contact, visit: Visit) -> None:
    answer = visit(link_for(make_page(), card=ana))
    assert not answer.cookies
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "script-src" not in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_scripts_of_the_author_and_of_the_card_do_not_run(make_page: MakePage, ana: Contact, visit: Visit) -> None:
    Contact.objects.filter(pk=ana.pk).update(first_name="<script>alert(1)</script>")
    body = '<p onclick="x()">{{ contact.first_name }}</p><script>evil()</script>'
    text = visit(link_for(make_page(body, format="html"), card=ana)).text
    assert "&lt;script&gt;alert(1)" in text
    assert "onclick" not in text
    assert "evil()" not in text


def test_a_layout_of_ones_own_keeps_its_style_sheet(make_page: MakePage, ana: Contact, visit: Visit) -> None:
    body = "<title>no</title><style>.big{font-size:3rem}</style><p class='big'>Hello</p>"
    text = visit(link_for(make_page(body, format="html"), card=ana)).text
    assert "<style>.big{font-size:3rem}</style>" in text
    assert '<p class="big">Hello</p>' in text
    assert "no</title>" not in text


@pytest.mark.rule("M113")
def test_unknown_expired_and_revoked_look_the_same(
    make_page: MakePage, ana: Contact, visit: Visit, alice: Membership, in_account: Account
) -> None:
    page = make_page(lifetime_days=1)
    link = make_link(page, ana)
    url, of_another_purpose = link_for(page, card=ana), make_token("link", link.pk)
    PageLink.objects.filter(pk=link.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    expired = visit(url)
    revoke_link(alice, link)
    others = [visit(url), visit(f"{settings.PUBLIC_URL}/p/{'A' * 43}/"), visit(f"{settings.PUBLIC_URL}/p/x")]
    others.append(visit(f"{settings.PUBLIC_URL}/p/{of_another_purpose}/"))
    assert expired.status_code == 404
    assert [(each.status_code, each.content) for each in others] == [(404, expired.content)] * 4
    assert not Hit.objects.exists()


@pytest.mark.rule("M113")
def test_asked_for_again_an_expired_link_lives_anew(make_page: MakePage, ana: Contact, visit: Visit) -> None:
    page = make_page(lifetime_days=1)
    url = link_for(page, card=ana)
    PageLink.objects.update(expires_at=timezone.now() - timedelta(days=3))
    assert link_for(page.number, card=ana) == url
    assert visit(url).status_code == 200
    assert PageLink.objects.count() == 1


@pytest.mark.rule("M114")
def test_a_cached_page_stays_as_it_was_until_its_time_is_over(make_page: MakePage, ana: Contact, visit: Visit) -> None:
    url = link_for(make_page(cache_seconds=60), card=ana)
    assert "Dear Ana" in visit(url).text
    Contact.objects.filter(pk=ana.pk).update(first_name="Anna")
    assert "Dear Ana<" in visit(url).text
    PageLink.objects.update(shown_at=timezone.now() - timedelta(seconds=61))
    assert "Dear Anna<" in visit(url).text


@pytest.mark.rule("M114")
def test_without_a_cache_time_only_its_authors_words_are_kept(make_page: MakePage, ana: Contact, visit: Visit) -> None:
    page = make_page()
    tim = create_contact(ContactValues("Tim", "Stone", ["tim@client.example"]))
    clean_short_body.cache_clear()
    for _time in range(2):
        assert "Dear Ana<" in visit(link_for(page, card=ana)).text
        assert "Dear Tim<" in visit(link_for(page, card=tim)).text
    assert clean_short_body.cache_info().misses == 1
    Contact.objects.filter(pk=ana.pk).update(first_name="Anna")
    assert "Dear Anna<" in visit(link_for(page, card=ana)).text


@pytest.mark.rule("M114")
def test_a_page_that_was_changed_is_shown_at_once(
    make_page: MakePage, ana: Contact, visit: Visit, alice: Membership
) -> None:
    page = make_page(cache_seconds=3600)
    url = link_for(page, card=ana)
    visit(url)
    save_page(alice, page.pk, fields_of(page).__class__(name="Offer", body="<p>Other words</p>", cache_seconds=3600))
    assert "Other words" in visit(url).text


def test_every_visit_is_noted(make_page: MakePage, ana: Contact, visit: Visit) -> None:
    link = make_link(page := make_page(), ana)
    visit(link_for(page, card=ana), user_agent="Mozilla/5.0")
    hit = Hit.objects.get()
    assert (hit.tracked_id, hit.link_id, hit.user_agent) == (link.tracked_id, None, "Mozilla/5.0")


def test_other_methods_find_nothing(make_page: MakePage, ana: Contact) -> None:
    address = urlsplit(link_for(make_page(), card=ana))
    client = Client(headers={"host": address.netloc})
    assert client.post(address.path).status_code == 404
    assert client.head(address.path).status_code == 200
