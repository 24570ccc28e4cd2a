"""Our own people look at pages and web versions inside the application: no visit is counted, no trigger starts."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from mailboxes.models import Mailbox
from mailkit.mime_reader import parse_message
from outbox.composing import freeze, own_copy
from outbox.models import OutgoingMail
from outbox.services import LetterRequest, queue_letter
from outbox.web_copies import link_of
from pages.addresses import address_of
from pages.links import make_link
from pages.pages import create_page
from pages.requests import PageFields
from tests.automation.stages import make_person
from tests.conftest import MakeMailbox
from tests.pages.forms import get
from tracking.addresses import look_url
from tracking.models import Hit, TriggerLink
from tracking.originals import for_others, original_html, original_text

pytestmark = pytest.mark.django_db
SignIn = Callable[[Membership], Client]
HTML = (
    '<p>Offer <a href="{weblink}">in a browser</a> <a href="{triggerlink:8}">yes</a></p>'
    '<form action="{formlink}"><input name="field[Name]"></form>'
)


@pytest.fixture
def mailbox(alice: Membership, in_account: Account, make_mailbox: MakeMailbox) -> Mailbox:
    return make_mailbox("alice@acme.example", owner=alice)


@pytest.fixture
def mail(alice: Membership, mailbox: Mailbox) -> OutgoingMail:
    """Made, as it goes out."""
    TriggerLink.objects.create(number=8, name="Yes", redirect_url="https://acme.example/yes")
    made = queue_letter(alice, LetterRequest(mailbox.pk, ["ann@client.example"], subject="Offer", html=HTML))
    freeze(OutgoingMail.objects.get(pk=made.pk))
    return OutgoingMail.objects.get(pk=made.pk)


@pytest.mark.rule("M110", "M117")
def test_the_name_of_a_page_leads_to_a_look_at_it(
    alice: Membership, bob: Membership, charlie: Membership, in_account: Account, signed_in: SignIn
) -> None:
    page = create_page(alice, PageFields(name="Offer", body='<p>Dear {{contact.first_name}} <a href="{weblink}">x</a>'))
    ann = make_person("Ann", "ann@client.example")
    link = make_link(page, ann)
    panel = signed_in(alice).get(reverse("card_pages", args=["contact", ann.pk])).text
    look, public = reverse("page_link_look", args=[link.pk]), address_of(link, page)
    assert f'href="{look}"' in panel
    assert f'href="{public}"' not in panel
    assert f">{public}</span>" in panel  # to be copied
    shown = signed_in(alice).get(look)
    assert (shown.status_code, "Dear Ann" in shown.text) == (200, True)
    assert "sandbox" in shown["Content-Security-Policy"]
    assert signed_in(charlie).get(look).status_code == 404
    assert signed_in(bob).get(look).status_code == 403  # has no Mailer
    assert not Hit.objects.exists()
    given = signed_in(alice).get(f"/api/v1/page-links/{link.pk}/").json()
    assert (given["url"], given["look_url"]) == (public, f"{settings.BASE_URL}{look}")


@pytest.mark.rule("M97", "M120")
def test_weblink_of_our_own_copy_leads_into_the_application(
    alice: Membership, bob: Membership, charlie: Membership, mail: OutgoingMail, signed_in: SignIn
) -> None:
    copy = parse_message(own_copy(mail, freeze(mail))).html
    token = link_of(mail).rsplit("/", 1)[1]
    look = reverse("web_letter_look", args=[token])
    assert f'href="{settings.BASE_URL}{look}"' in copy
    assert link_of(mail) not in copy
    shown = signed_in(alice).get(look)
    assert (shown.status_code, "Offer" in shown.text) == (200, True)
    assert f'href="{settings.BASE_URL}{look}"' in shown.text
    assert 'href="https://acme.example/yes"' in shown.text
    assert "<input" not in shown.text
    assert "form-action 'none'" in shown["Content-Security-Policy"]
    for stranger in (bob, charlie):
        assert signed_in(stranger).get(look).status_code == 404
    assert signed_in(alice).get(reverse("web_letter_look", args=["guessed"])).status_code == 404
    assert not Hit.objects.exists()
    assert get(link_of(mail)).status_code == 200
    assert mail.tracked.kind == "letter"


@pytest.mark.rule("M97")
def test_what_is_quoted_to_others_leads_to_the_public_one(mail: OutgoingMail, charlie: Membership) -> None:
    ours, shown = f"See {link_of(mail)}?a=1.", f"See {look_url(link_of(mail).rsplit('/', 1)[1])}?a=1."
    assert original_text(ours) == original_html(ours) == shown
    assert for_others(shown) == ours
    with tenant(charlie.account_id):
        assert original_text(ours) == ours
    assert urlsplit(settings.BASE_URL).netloc in shown
