"""A table from another program becomes cards, and a contact that came twice becomes one, in the browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Membership
from crm.contacts import ContactValues, create_contact
from crm.csv_import import ImportSettings, change_import, start_import, try_import, upload_import
from crm.csv_work import work
from crm.models import CardImport, Contact
from tests.e2e.conftest import DESKTOP, PHONE, SignInBrowser
from tests.e2e.looks import assert_accessible, assert_not_wider_than_window

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_errors")]

TEXT = "Имя;Фамилия;Почта;Телефон;Заметка\n" + "Анна;Морозова;anna@client.example;+7 900;первая\nТом;;nobody;;\n"
FILE: FilePayload = {"name": "клиенты.csv", "mimeType": "text/csv", "buffer": TEXT.encode("windows-1251")}


@pytest.fixture
def start(live_server: LiveServer, sign_in: SignInBrowser, bob: Membership, in_account: Account) -> str:
    sign_in(bob)
    return live_server.url


def test_a_file_is_mapped_tried_and_imported(page: Page, start: str) -> None:
    page.goto(f"{start}/contacts/")
    page.get_by_role("button", name="More").click()
    page.get_by_role("link", name="Import a file").click()
    page.get_by_label("File").set_input_files(FILE)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("read as WINDOWS-1251")).to_be_visible()
    expect(page.get_by_label("Почта")).to_have_value("emails")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("Checking…")).to_be_visible()
    work(CardImport.objects.get().pk)
    expect(page.get_by_role("cell", name=re.compile("is not an email address"))).to_be_visible()
    page.get_by_role("button", name="Import without 1 bad row").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    work(CardImport.objects.get().pk)
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    assert Contact.objects.get().name == "Анна Морозова"


def test_the_narrowed_list_comes_as_a_file(page: Page, start: str) -> None:
    for name in ("Ana", "Tom"):
        create_contact(ContactValues(name))
    page.goto(f"{start}/contacts/")
    page.get_by_role("searchbox").fill("Ana")
    expect(page.get_by_role("link", name="Tom", exact=True)).to_have_count(0)
    page.get_by_role("button", name="More").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export this list").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert "Ana" in text
    assert "Tom" not in text


def test_ticked_contacts_become_one_and_two_again(page: Page, start: str) -> None:
    create_contact(ContactValues("Ana", "Morales", ["ana@client.example"]))
    create_contact(ContactValues("Anna", "Morales", ["anna@home.example"]))
    page.goto(f"{start}/contacts/")
    for box in page.locator("#card-rows [name=ids]").all():
        box.check()
    page.get_by_role("button", name="Merge").click()
    page.get_by_role("radio", name="Anna").check()
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Anna Morales")
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ana Morales")
    assert Contact.objects.count() == 2


@pytest.mark.parametrize("size", [DESKTOP, PHONE, {"width": 320, "height": 640}], ids=["desktop", "phone", "small"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits(
    page: Page, start: str, bob: Membership, size: ViewportSize, scheme: str
) -> None:
    long = "A column with quite a long name that goes on and on"
    rows = "".join(f"Person {n},{'x' * 60}{n},{'long.' * 12}@client.example\n" for n in range(30))
    row = upload_import(bob, "contact", f"{'name-' * 12}.csv", f"First name,{long},Email\n{rows}".encode())
    pair = [create_contact(ContactValues("Ana", n * 30, [f"{'long.' * 8}a@client.example"])) for n in ("Mo", "Mu")]
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    merge = "&".join(f"ids={contact.pk}" for contact in pair)
    places = ["cards/contact/import/", f"cards/imports/{row.pk}/", "contacts/duplicates/", f"contacts/merge/?{merge}"]
    for number, place in enumerate([*places, f"cards/imports/{row.pk}/"]):
        if number == len(places):
            work(try_import(row).pk)
        page.goto(f"{start}/{place}")
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert_not_wider_than_window(page)
        assert_accessible(page)
    work(start_import(change_import(row, ImportSettings(skip_bad_rows=True))).pk)
    page.reload()
    assert_accessible(page)
