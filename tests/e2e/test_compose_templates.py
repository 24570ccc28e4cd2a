"""Templates chosen while writing: found on the server, and one takes the place of another."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import Page, expect

from accounts.models import Membership
from letter_templates.models import Template
from letter_templates.services import TemplateFields, create_template
from outbox.services import store_upload
from outbox.template_files import GivenFile, values_of_uploads
from tests.e2e.composing import start_letter, text_of

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_errors")]


def make_template(alice: Membership, name: str) -> None:
    file = store_upload(alice, SimpleUploadedFile(f"{name}.txt", name.encode()))
    files = tuple(values_of_uploads(alice, [GivenFile(file.pk)]))
    link = f"https://files.example/{name}.pdf"
    fields = TemplateFields(name=name, subject=name, body=f"<p>{name}</p>", attachment_url=link, files=files)
    create_template(alice, fields)


def choose(page: Page, name: str) -> None:
    page.get_by_role("button", name="Template", exact=True).click()
    page.get_by_label("Find a template").fill(name)
    page.locator("#compose-templates .pop-item").get_by_text(name).first.click()


@pytest.mark.rule("M46")
def test_the_files_of_one_go_when_another_is_chosen(page: Page, inbox: str, alice: Membership) -> None:
    Template.objects.bulk_create(Template(owner=alice, name=f"Letter {number:03}") for number in range(60))
    make_template(alice, "Winter")
    make_template(alice, "Yule")
    page.goto(inbox)
    start_letter(page)
    page.locator("[data-files]").set_input_files({"name": "own.txt", "mimeType": "text/plain", "buffer": b"x"})
    choose(page, "Winter")
    expect(text_of(page)).to_have_text("Winter")
    for name in ("Winter", "Yule"):
        choose(page, name)
        page.get_by_role("button", name="Replace").click()
        expect(text_of(page)).to_have_text(name)
        names = page.locator(".drop .token > span:first-child")
        expect(names).to_have_text(["own.txt", f"{name}.txt"])
        expect(page.locator("[data-links] .token")).to_have_count(1)
        expect(page.locator("[data-links]")).to_contain_text(f"{name}.pdf")
