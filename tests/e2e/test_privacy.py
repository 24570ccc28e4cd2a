"""In the browser: mail taken away and brought in, a person erased, the account packed up."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from crm.companies import CompanyValues, write_company
from crm.contacts import ContactValues, create_contact
from crm.models import Contact
from mailboxes.leases import release
from mailboxes.models import Mailbox
from privacy.account_export import pack
from privacy.erasing import erase_some
from privacy.importing import import_some
from privacy.models import AccountExport, Erasure, MailImport
from tests.conftest import MakeMailbox
from tests.e2e.conftest import PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window
from tests.privacy.builders import letters_in, mbox_of
from tests.threads.builders import ANNA, SALES, Mail, Post
from threads.models import Message

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.rule("G16")]


@pytest.fixture
def sales(in_account: Account, alice: Membership, make_mailbox: MakeMailbox) -> Mailbox:
    post = Post(make_mailbox(SALES, account_of=alice))
    post.file(Mail("Offer", ANNA), Mail("Order", ANNA))
    release(post.lease)
    return post.mailbox


@pytest.fixture
def anna(sales: Mailbox) -> Contact:
    write_company(CompanyValues("Client", emails=["office@client.example"]))
    return create_contact(ContactValues("Anna", "Petrova", ["anna@client.example", "office@client.example"]))


def assert_sound(page: Page) -> None:
    assert_accessible(page)
    page.set_viewport_size({"width": 320, "height": 700})
    assert_not_wider_than_window(page)
    page.set_viewport_size(PHONE)
    assert_accessible(page)


def test_a_contact_is_exported_and_erased_from_the_card(
    page: Page, live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, anna: Contact, no_errors: list[str]
) -> None:
    sign_in(alice)
    page.goto(f"{live_server.url}/contacts/{anna.pk}/")
    page.get_by_role("button", name="More").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export the mail").click()
    assert len(letters_in(Path(download.value.path()).read_bytes())) == 2
    page.goto(f"{live_server.url}/contacts/{anna.pk}/")
    page.get_by_role("button", name="More").first.click()
    page.get_by_role("link", name="Erase everywhere").click()
    expect(page.locator("main")).to_contain_text("2 letters that you see")
    expect(page.locator("main")).to_contain_text("office@client.example")
    assert_sound(page)
    page.get_by_label("Type the name of the contact").fill("Anna Petrova")
    page.get_by_role("button", name="Erase everywhere").click()
    expect(page.locator(".toast")).to_contain_text("The contact is erased.")
    assert erase_some(Erasure.objects.get().pk)
    assert not Message.objects.exists()


def test_a_file_is_imported_on_the_page_of_the_mailbox(
    page: Page,
    live_server: LiveServer,
    sign_in: SignInBrowser,
    alice: Membership,
    sales: Mailbox,
    tmp_path: Path,
) -> None:
    path = tmp_path / "old letters.mbox"
    path.write_bytes(mbox_of(Mail(), Mail(), b"no letter\r\n\r\nx\r\n"))
    sign_in(alice)
    page.goto(f"{live_server.url}/settings/mailboxes/{sales.pk}/status/")
    page.locator("main").get_by_role("link", name="Import").click()
    page.get_by_label("File").set_input_files(path)
    page.get_by_role("button", name="Import").click()
    expect(page.locator("#mail-imports")).to_contain_text("old letters.mbox")
    assert_accessible(page)
    assert not import_some(MailImport.objects.get().pk)
    page.reload()
    expect(page.locator("#mail-imports")).to_contain_text("2 letters are new")
    page.get_by_text("1 letter could not be imported").click()
    expect(page.locator("#mail-imports")).to_contain_text("Letter 3 of the file")
    assert_sound(page)


def test_the_account_is_packed_up(
    page: Page, live_server: LiveServer, sign_in: SignInBrowser, alice: Membership, sales: Mailbox
) -> None:
    sign_in(alice)
    page.goto(f"{live_server.url}/settings/account/")
    page.get_by_role("link", name="Export the account").click()
    expect(page.locator("main")).to_contain_text("Nothing is packed up")
    assert_accessible(page)
    page.get_by_role("button", name="Pack it up").click()
    expect(page.locator("#account-exports")).to_contain_text("Being packed up")
    pack(AccountExport.objects.get().pk)
    page.reload()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert Path(download.value.path()).read_bytes().startswith(b"PK")
    assert_sound(page)
