"""The pages of export, erasing and import: who opens them, and what they say."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from crm.models import Contact
from privacy.account_export import pack
from privacy.importing import import_some
from privacy.models import AccountExport, Erasure, MailImport
from tests.conftest import MakeMailbox
from tests.privacy.builders import letters_in, mbox_of
from tests.threads.builders import SALES, Mail, Post

SignIn = Callable[[Membership], Client]


@pytest.fixture
def post(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Post:
    return Post(make_mailbox(SALES, account_of=alice))


@pytest.fixture
def anna(post: Post) -> Contact:
    post.file(Mail("Offer"))
    return create_contact(ContactValues("Anna", emails=["anna@client.example"]))


@pytest.mark.rule("G16")
def test_the_mail_of_a_contact_is_downloaded(anna: Contact, bob: Membership, signed_in: SignIn) -> None:
    answer = signed_in(bob).get(reverse("contact_export", args=[anna.pk]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Anna.mbox"'
    assert len(letters_in(b"".join(answer.streaming_content))) == 1  # type: ignore[attr-defined]


@pytest.mark.rule("G16")
def test_erasing_shows_first_what_goes_and_wants_the_name(anna: Contact, alice: Membership, signed_in: SignIn) -> None:
    browser, url = signed_in(alice), reverse("contact_erase", args=[anna.pk])
    assert "1 letter that you see" in browser.get(url).content.decode()
    wrong = browser.post(url, {"confirm": "Ana"})
    assert (wrong.status_code, Contact.objects.count()) == (422, 1)
    assert "Type the name Anna" in wrong.content.decode()
    done = browser.post(url, {"confirm": "Anna"})
    assert (done.headers["Location"], Erasure.objects.count()) == (reverse("contacts"), 1)


def test_erasing_and_exporting_the_account_are_for_administrators(
    anna: Contact, bob: Membership, signed_in: SignIn
) -> None:
    browser = signed_in(bob)
    for url in (reverse("contact_erase", args=[anna.pk]), reverse("account_exports")):
        assert (browser.get(url).status_code, browser.post(url).status_code) == (403, 403)
    assert "Erase everywhere" not in browser.get(reverse("contact", args=[anna.pk])).content.decode()


@pytest.mark.rule("G16")
def test_a_file_is_imported_and_its_page_tells_what_became_of_it(
    post: Post, alice: Membership, bob: Membership, charlie: Membership, signed_in: SignIn
) -> None:
    url = reverse("mail_import", args=[post.mailbox.pk])
    assert [signed_in(member).get(url).status_code for member in (bob, charlie)] == [404, 404]
    browser = signed_in(alice)
    content = mbox_of(Mail(), b"no letter\r\n\r\n\r\n")
    assert browser.post(url, {"file": SimpleUploadedFile("old.mbox", content)}).status_code == 302
    assert not import_some(MailImport.objects.get().pk)
    page = browser.get(url).content.decode()
    assert [word in page for word in ("old.mbox", "1 letter is new", "Letter 2 of the file:")] == [True] * 3
    wrong = browser.post(url, {"file": SimpleUploadedFile("x.pdf", b"%PDF")})
    assert (wrong.status_code, "no letters in this file" in wrong.content.decode()) == (422, True)


def test_the_account_is_packed_up_and_downloaded(post: Post, alice: Membership, signed_in: SignIn) -> None:
    browser, url = signed_in(alice), reverse("account_exports")
    assert browser.post(url).status_code == 302
    assert "Being packed up" in browser.get(url).content.decode()
    order = AccountExport.objects.get()
    assert browser.get(reverse("account_export_file", args=[order.pk])).status_code == 404
    pack(order.pk)
    assert "Download" in browser.get(url).content.decode()
    answer = browser.get(reverse("account_export_file", args=[order.pk]))
    assert b"".join(answer.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]


def test_erasing_does_not_count_what_is_not_there(anna: Contact, alice: Membership, signed_in: SignIn) -> None:
    url = reverse("contact_erase", args=[anna.pk])
    shown = signed_in(alice).get(url).content.decode()
    assert not re.search(r"\b0 (letter|note|task|lead|customer)", shown)
