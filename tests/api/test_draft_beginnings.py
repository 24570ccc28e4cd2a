"""`drafts/`: what a program does not say is filled in, as it is for a person who opens the compose dialog."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from accounts.tenancy import tenant
from crm.contacts import ContactValues, create_contact
from crm.models import Contact
from letter_templates.models import Template
from mailboxes.models import Mailbox
from tests.api.client import ApiClient, json_of, problem_of
from tests.api.conftest import MakeLetter

pytestmark = pytest.mark.django_db


@pytest.fixture
def dana(alice: Membership) -> Contact:
    with tenant(alice.account_id):
        return create_contact(ContactValues(first_name="Dana", emails=["dana@client.example"]))


@pytest.fixture
def template(alice: Membership, sales: Mailbox) -> Template:
    with tenant(alice.account_id):
        return Template.objects.create(
            name="Offer",
            format="html",
            subject="For {{contact.first_name}}",
            body="<p>Dear {{contact.first_name}}</p>",
            from_mailbox=sales,
            owner=alice,
            without_signature=True,
            attachment_url="https://files.example/offer.pdf",
        )


@pytest.mark.rule("M41")
def test_a_template_fills_a_draft_which_can_be_sent(
    alice_api: ApiClient, template: Template, dana: Contact, sales: Mailbox
) -> None:
    made = json_of(alice_api.post("drafts/", {"template": str(template.pk), "contact": str(dana.pk)}), 201)
    assert (made["mailbox"], made["to"]) == (str(sales.pk), ["dana@client.example"])
    assert (made["subject"], made["format"], made["html"]) == (template.subject, "html", template.body)
    assert (made["with_signature"], made["attachment_url"]) == (False, template.attachment_url)
    mail = json_of(alice_api.post(f"drafts/{made['id']}/send/", {"undo_seconds": 60}), 201)
    assert (mail["to"], mail["html"]) == (["dana@client.example"], template.body)


def test_what_is_said_goes_before_the_template(
    alice_api: ApiClient, bob_api: ApiClient, template: Template, alices_own: Mailbox
) -> None:
    said = {"to": ["eve@client.example"], "subject": "Own", "text": "Own words", "mailbox": str(alices_own.pk)}
    made = json_of(alice_api.post("drafts/", {"template": str(template.pk), **said}), 201)
    assert {name: made[name] for name in said} == said
    assert json_of(alice_api.post("drafts/", {"template": str(template.pk)}), 201)["to"] == []
    assert problem_of(bob_api.post("drafts/", {"template": str(template.pk)}), 400)["errors"][0]["pointer"] == (
        "#/template"
    )


def test_an_answer_begins_as_a_persons(
    alice: Membership, alice_api: ApiClient, sales: Mailbox, make_letter: MakeLetter
) -> None:
    letter = make_letter(sales, "Offer {{x}}", text="What do you think?")
    asked = {"reply_to_message": str(letter.pk), "text": "Yes"}
    made = json_of(alice_api.post("drafts/", asked), 201)
    assert [len(made[line]) for line in ("to", "cc")] == [1, 0]
    assert "dana@client.example" in made["to"][0].lower()
    assert (made["mailbox"], made["text"], made["format"]) == (str(sales.pk), "Yes", "text")
    assert made["subject"].startswith("Re: Offer")
    assert "What do you think?" in made["quote_text"]
    to_all = json_of(alice_api.post("drafts/", {**asked, "reply_to_all": True}), 201)
    assert [address.lower() for address in to_all["cc"]] == ["eve@client.example"]
    own = {**asked, "to": ["x@x.example"], "subject": "Own", "quote_text": "", "quote_html": ""}
    said = json_of(alice_api.post("drafts/", own), 201)
    assert {name: said[name] for name in own} == own
    blind = json_of(ApiClient(alice, ["mail:send"]).post("drafts/", asked), 201)
    assert (blind["to"], blind["subject"], blind["quote_text"]) == ([], "", "")


def test_who_may_not_read_may_not_forward_in_a_draft(
    alice: Membership, bob_api: ApiClient, alices_own: Mailbox, sales: Mailbox, make_letter: MakeLetter
) -> None:
    hidden = {"forward_message": str(make_letter(alices_own).pk)}
    assert problem_of(bob_api.post("drafts/", hidden), 400)["errors"][0]["pointer"] == "#/forward_message"
    problem_of(ApiClient(alice, ["mail:send"]).post("drafts/", {"forward_message": str(make_letter(sales).pk)}), 403)
