"""A letter in a browser: as it went out, with a form that posts (M120)."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Membership
from mailboxes.models import Mailbox
from outbox.composing import compose
from outbox.models import OutgoingMail, WebCopy
from outbox.services import LetterRequest, queue_letter
from outbox.uploads import store_upload
from outbox.web_copies import link_of
from public_face.views.tracking import PIXEL
from tests.conftest import MakeMailbox
from tests.pages.forms import get, make_fields, post, send_form
from tracking.models import Hit, TriggerLink

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox(alice: Membership, in_account: None, make_mailbox: MakeMailbox) -> Mailbox:
    make_fields(alice)
    return make_mailbox("alice@acme.example", owner=alice)


def written(author: Membership, mailbox: Mailbox, **fields: object) -> OutgoingMail:
    plain = {"mailbox_id": mailbox.pk, "to": ["ann@client.example"], "subject": "Offer", **fields}
    mail = queue_letter(author, LetterRequest(**plain))  # type: ignore[arg-type]
    compose(mail)
    mail.refresh_from_db()
    return mail


@pytest.mark.rule("M120")
def test_it_is_the_letter_with_a_form_that_posts(alice: Membership, mailbox: Mailbox) -> None:
    letter = send_form(alice, mailbox)
    shown = get(letter.web_url)
    assert shown.status_code == 200
    assert "<title>Order</title>" in shown.text
    assert f'<form action="{letter.form_url}" method="post">' in shown.text
    assert f'<a href="{letter.web_url}">Open WEB-form.</a>' in shown.text
    assert "Example form" not in shown.text
    assert not shown.cookies
    assert "script-src" not in shown["Content-Security-Policy"]
    post(letter.form_url, {"lead[620111]": "by the web"})
    assert letter.values() == {"620111": "by the web"}


@pytest.mark.rule("M81", "M97")
def test_its_links_are_followed_as_those_of_the_letter(alice: Membership, mailbox: Mailbox) -> None:
    TriggerLink.objects.create(number=8, name="Offer")
    html = '<a href="{triggerlink:8}">a</a><a href="https://acme.example/">b</a><a href="{weblink}">c</a>'
    mail = written(alice, mailbox, html=html)
    OutgoingMail.objects.filter(pk=mail.pk).update(track_links=True)
    mail.refresh_from_db()
    compose(mail)
    shown = get(link_of(mail))
    assert shown.text.count("/t/") == 2
    assert "https://acme.example/" not in shown.text
    assert "{" not in shown.text.split("<main>")[1]


def test_opening_it_is_opening_the_letter(alice: Membership, mailbox: Mailbox) -> None:
    letter = send_form(alice, mailbox)
    get(letter.web_url, None, **{"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"})
    assert Hit.objects.get().tracked_id == letter.mail.tracked_id


@pytest.mark.rule("M97")
def test_nobody_watches_who_opens_it_where_that_is_switched_off(alice: Membership, mailbox: Mailbox) -> None:
    mail = written(alice, mailbox, html='<a href="{weblink}">x</a>', track_opens=False, track_links=True)
    shown = get(link_of(mail), None, **{"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"})
    assert shown.status_code == 200
    assert not Hit.objects.exists()


def test_a_letter_of_text_has_one_too(alice: Membership, mailbox: Mailbox) -> None:
    mail = written(alice, mailbox, text="Read <me> here: {weblink}\nBye")
    shown = get(link_of(mail))
    assert "Read &lt;me&gt; here" in shown.text
    assert "{weblink}" not in shown.text


def test_only_letters_that_name_it_have_one(alice: Membership, mailbox: Mailbox) -> None:
    mail = written(alice, mailbox, text="No link")
    assert not WebCopy.objects.exists()
    assert get(link_of(mail)).status_code == 404


def test_a_letter_that_is_made_again_is_kept_once(alice: Membership, mailbox: Mailbox) -> None:
    letter = send_form(alice, mailbox)
    tracked = letter.mail.tracked_id
    compose(letter.mail)
    letter.mail.refresh_from_db()
    assert (WebCopy.objects.count(), letter.mail.tracked_id) == (1, tracked)


def test_its_images_come_along_and_nothing_else(alice: Membership, mailbox: Mailbox) -> None:
    upload = store_upload(alice, SimpleUploadedFile("a.gif", PIXEL, "image/gif"))
    other = store_upload(alice, SimpleUploadedFile("b.gif", PIXEL, "image/gif"))
    html = '<a href="{weblink}">x</a><img src="cid:logo@acme">'
    mail = written(alice, mailbox, html=html, upload_ids=[upload.pk, other.pk], content_ids={upload.pk: "logo@acme"})
    web = link_of(mail)
    assert f'<img src="{web}/logo@acme">' in get(web).text
    image = get(f"{web}/logo@acme")
    assert (image["Content-Type"], image.content) == ("image/gif", PIXEL)
    assert get(f"{web}/").status_code == get(f"{web}/b.gif").status_code == 404


def test_what_is_quoted_holds_no_form(alice: Membership, mailbox: Mailbox) -> None:
    quote = '<form action="{formlink}"><input name="lead[620111]"></form><a href="{weblink}">evil</a>'
    mail = written(alice, mailbox, html='<p><a href="{weblink}">x</a></p>', quote_html=quote)
    assert WebCopy.objects.get(mail=mail).form_fields == []
    assert "<form" not in get(link_of(mail)).text


def test_other_tokens_and_methods_find_nothing(alice: Membership, mailbox: Mailbox) -> None:
    letter = send_form(alice, mailbox)
    assert post(letter.web_url, {"lead[620111]": "x"}).status_code == 404
    assert get(letter.form_url.replace("/f/", "/w/")).status_code == 404
    assert not letter.values()
